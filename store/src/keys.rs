//! One key per purpose from the master secret: sealing, MACs, and the fingerprint the database keeps.
use crate::conn::{Conn, Store};
use crate::error::{Result, StoreError};
use crate::value::params;
use aes_gcm::aead::{Aead, Payload};
use aes_gcm::{Aes256Gcm, KeyInit, Nonce};
use data_encoding::{BASE64, HEXLOWER};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use std::fmt;

const KEY_BYTES: usize = 32;
const NONCE_BYTES: usize = 12;
const FINGERPRINT: &str = "key_fingerprint";

/// What a derived key is for. A label never changes: it names the key that old data needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Encrypts national IDs and passports.
    Identity,
    /// Matches them.
    IdentityMac,
    /// Encrypts the secrets of second factors.
    Totp,
    /// Encrypts uploaded files.
    File,
    AuditMac,
    SessionMac,
    /// The owner of a draft, and the codes that carry one.
    DraftMac,
    /// Phones and browsers, for the limits on unverified requests.
    ContactMac,
    SearchMac,
    /// Channels' tokens.
    TokenMac,
    RecoveryCodeMac,
    /// The names of leaky buckets.
    LimitMac,
    /// Records of signatures.
    SignatureMac,
    /// Tokens of calendar links.
    CalendarMac,
    /// Encrypts the short-lived links to documents.
    DocumentLink,
}

impl Purpose {
    pub const ALL: [Self; 15] = [
        Self::Identity,
        Self::IdentityMac,
        Self::Totp,
        Self::File,
        Self::AuditMac,
        Self::SessionMac,
        Self::DraftMac,
        Self::ContactMac,
        Self::SearchMac,
        Self::TokenMac,
        Self::RecoveryCodeMac,
        Self::LimitMac,
        Self::SignatureMac,
        Self::CalendarMac,
        Self::DocumentLink,
    ];

    fn label(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::IdentityMac => "identity mac",
            Self::Totp => "totp",
            Self::File => "file",
            Self::AuditMac => "audit mac",
            Self::SessionMac => "session mac",
            Self::DraftMac => "draft mac",
            Self::ContactMac => "contact mac",
            Self::SearchMac => "search mac",
            Self::TokenMac => "token mac",
            Self::RecoveryCodeMac => "recovery code mac",
            Self::LimitMac => "limit mac",
            Self::SignatureMac => "signature mac",
            Self::CalendarMac => "calendar mac",
            Self::DocumentLink => "document link",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    #[error("the value is too large to be sealed")]
    TooLarge,
    #[error("the sealed value is damaged, belongs elsewhere, or was sealed with another key")]
    NotOpened,
}

/// The keys of one installation.
#[derive(Clone)]
pub struct Keys {
    derived: [[u8; KEY_BYTES]; Purpose::ALL.len()],
    fingerprint: String,
}

impl Keys {
    /// HKDF-SHA256 of the master secret, one key per purpose.
    pub fn new(master: &[u8; KEY_BYTES]) -> Self {
        let hkdf = Hkdf::<Sha256>::new(Some(b"sala v1"), master);
        let derive = |label: &str| {
            let mut key = [0; KEY_BYTES];
            // Fails only for more than 255 blocks; this is one.
            let expanded = hkdf.expand(label.as_bytes(), &mut key);
            debug_assert!(expanded.is_ok());
            key
        };
        let fingerprint = derive("fingerprint");
        Self {
            derived: Purpose::ALL.map(|purpose| derive(purpose.label())),
            fingerprint: HEXLOWER.encode(&fingerprint[..16]),
        }
    }

    /// 32 hexadecimal digits that name the master secret and tell nothing about it.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// The short name that ciphertexts and MACs carry.
    pub fn key_id(&self) -> &str {
        &self.fingerprint[..8]
    }

    fn key(&self, purpose: Purpose) -> &[u8; KEY_BYTES] {
        &self.derived[purpose as usize]
    }

    /// AES-256-GCM, as base64 of nonce and ciphertext. `aad` says where the value belongs, such as a row's id.
    ///
    /// A nonce must never be used twice: it comes from the system's generator.
    pub fn seal(
        &self,
        purpose: Purpose,
        plain: &[u8],
        aad: &[u8],
        nonce: [u8; NONCE_BYTES],
    ) -> Result<String, KeyError> {
        let sealed = self.seal_bytes(purpose, plain, aad, nonce)?;
        Ok(BASE64.encode(&sealed))
    }

    /// As [`Keys::seal`], for files: the bytes themselves.
    pub fn seal_bytes(
        &self,
        purpose: Purpose,
        plain: &[u8],
        aad: &[u8],
        nonce: [u8; NONCE_BYTES],
    ) -> Result<Vec<u8>, KeyError> {
        let cipher = Aes256Gcm::new(self.key(purpose).into());
        let sealed = cipher
            .encrypt(&Nonce::from(nonce), Payload { msg: plain, aad })
            .map_err(|_| KeyError::TooLarge)?;
        Ok([&nonce[..], &sealed].concat())
    }

    /// What [`Keys::seal`] sealed for the same purpose and place.
    pub fn open(&self, purpose: Purpose, sealed: &str, aad: &[u8]) -> Result<Vec<u8>, KeyError> {
        let bytes = BASE64
            .decode(sealed.as_bytes())
            .map_err(|_| KeyError::NotOpened)?;
        self.open_bytes(purpose, &bytes, aad)
    }

    /// As [`Keys::open`], for files.
    pub fn open_bytes(
        &self,
        purpose: Purpose,
        sealed: &[u8],
        aad: &[u8],
    ) -> Result<Vec<u8>, KeyError> {
        let (nonce, msg) = sealed
            .split_first_chunk::<NONCE_BYTES>()
            .ok_or(KeyError::NotOpened)?;
        let cipher = Aes256Gcm::new(self.key(purpose).into());
        cipher
            .decrypt(&Nonce::from(*nonce), Payload { msg, aad })
            .map_err(|_| KeyError::NotOpened)
    }

    /// HMAC-SHA256, as 64 hexadecimal digits: it finds a value without keeping it.
    pub fn mac(&self, purpose: Purpose, bytes: &[u8]) -> String {
        // HMAC fills a shorter key up with zeros to its block: done here, it cannot fail.
        let mut block = [0; 64];
        block[..KEY_BYTES].copy_from_slice(self.key(purpose));
        let mut mac = Hmac::<Sha256>::new(&block.into());
        mac.update(bytes);
        HEXLOWER.encode(&mac.finalize().into_bytes())
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Keys")
            .field("key_id", &self.key_id())
            .finish_non_exhaustive()
    }
}

/// Whether the database was never used: only then may a new master secret be made. Needs the migrations.
pub async fn is_empty(conn: &mut Conn) -> Result<bool> {
    let used = conn.count(
        "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM (
             SELECT key FROM meta WHERE key = $1 UNION ALL
             SELECT key FROM setting_revision UNION ALL
             SELECT id FROM staff UNION ALL
             SELECT id FROM request
         ) AS used",
        params![FINGERPRINT],
    );
    Ok(used.await? == 0)
}

/// Keeps the fingerprint in an empty database; in any other, fails unless it is the same.
pub async fn check_fingerprint(store: &Store, keys: &Keys) -> Result<()> {
    store
        .write(async |tx| {
            if is_empty(tx).await? {
                tx.execute(
                    "INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT DO NOTHING",
                    params![FINGERPRINT, keys.fingerprint()],
                )
                .await?;
            }
            let kept = tx
                .fetch_optional(
                    "SELECT key, value FROM meta WHERE key = $1",
                    params![FINGERPRINT],
                    |row| row.of("meta", "key").text("value"),
                )
                .await?;
            match kept {
                Some(kept) if kept == keys.fingerprint() => Ok(()),
                Some(expected) => Err(StoreError::Fingerprint {
                    expected,
                    found: keys.fingerprint().to_owned(),
                }),
                None => Err(StoreError::FingerprintMissing),
            }
        })
        .await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys() -> Keys {
        Keys::new(&[7; KEY_BYTES])
    }

    #[test]
    fn every_purpose_has_its_own_key() {
        let keys = keys();
        for (n, one) in Purpose::ALL.into_iter().enumerate() {
            assert_eq!(one as usize, n, "ALL is in the order of the enum");
            for other in &Purpose::ALL[n + 1..] {
                assert_ne!(keys.key(one), keys.key(*other), "{one:?} {other:?}");
            }
        }
    }

    #[test]
    fn a_sealed_value_opens_only_at_its_place_for_its_purpose_and_with_its_key() {
        let keys = keys();
        let sealed = keys
            .seal(Purpose::Identity, b"1234567890121", b"row 1", [9; 12])
            .unwrap();
        assert_eq!(
            keys.open(Purpose::Identity, &sealed, b"row 1").unwrap(),
            b"1234567890121"
        );
        assert_eq!(
            keys.open(Purpose::Identity, &sealed, b"row 2"),
            Err(KeyError::NotOpened)
        );
        assert_eq!(
            keys.open(Purpose::Totp, &sealed, b"row 1"),
            Err(KeyError::NotOpened)
        );
        let other = Keys::new(&[8; KEY_BYTES]);
        assert_eq!(
            other.open(Purpose::Identity, &sealed, b"row 1"),
            Err(KeyError::NotOpened)
        );
        for damaged in ["", "AAAA", "not base64!"] {
            assert_eq!(
                keys.open(Purpose::Identity, damaged, b"row 1"),
                Err(KeyError::NotOpened)
            );
        }
    }

    #[test]
    fn keys_are_derived_the_same_for_ever() {
        // Computed by another program. Changing a label or the derivation would lock every installation out of its data.
        let keys = keys();
        assert_eq!(keys.fingerprint(), "eb077e02901c263f250989b7b45cbeb9");
        let expected = "acf32fdc02e05f216f2c1186db53528e9e59daafb833277de5c5fa1cd422a0b6";
        assert_eq!(keys.key_id(), &keys.fingerprint()[..8]);
        assert_eq!(keys.mac(Purpose::IdentityMac, b"1234567890121"), expected);
        assert!(!format!("{keys:?}").contains("derived"));
    }
}
