//! Second factors and recovery codes, of staff and of agents alike.
use crate::conn::{Conn, Tx};
use crate::error::Result;
use crate::value::params;
use domain::time::Instant;
use uuid::Uuid;

/// Whose credential it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Account {
    Staff(Uuid),
    Agent(Uuid),
}

impl Account {
    pub fn id(self) -> Uuid {
        match self {
            Self::Staff(id) | Self::Agent(id) => id,
        }
    }
}

/// The secret of the second factor, sealed with the account's id as its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedTotp {
    pub sealed: String,
    pub key_id: String,
}

/// Uses the code of a time step. False: this or a later one was used before.
pub async fn use_totp_step(tx: &mut Tx, account: Account, step: i64) -> Result<bool> {
    let sql = match account {
        Account::Staff(_) => "UPDATE staff SET totp_step = $1 WHERE id = $2 AND totp_step < $1",
        Account::Agent(_) => "UPDATE agent SET totp_step = $1 WHERE id = $2 AND totp_step < $1",
    };
    Ok(tx.execute(sql, params![step, account.id()]).await? == 1)
}

/// Sets an account's recovery codes, by MAC; earlier ones go.
pub async fn set_recovery_codes(tx: &mut Tx, account: Account, macs: &[String]) -> Result<()> {
    let (delete, insert) = match account {
        Account::Staff(_) => (
            "DELETE FROM recovery_code WHERE staff_id = $1",
            "INSERT INTO recovery_code (staff_id, code_mac) VALUES ($1, $2)",
        ),
        Account::Agent(_) => (
            "DELETE FROM agent_recovery_code WHERE agent_id = $1",
            "INSERT INTO agent_recovery_code (agent_id, code_mac) VALUES ($1, $2)",
        ),
    };
    tx.execute(delete, params![account.id()]).await?;
    for mac in macs {
        tx.execute(insert, params![account.id(), mac]).await?;
    }
    Ok(())
}

/// Uses a recovery code. False: there is none such, or it was used before.
pub async fn use_recovery_code(
    tx: &mut Tx,
    account: Account,
    mac: &str,
    now: Instant,
) -> Result<bool> {
    let sql = match account {
        Account::Staff(_) => {
            "UPDATE recovery_code SET used_at = $1 WHERE staff_id = $2 AND code_mac = $3 AND used_at IS NULL"
        }
        Account::Agent(_) => {
            "UPDATE agent_recovery_code SET used_at = $1 WHERE agent_id = $2 AND code_mac = $3 AND used_at IS NULL"
        }
    };
    Ok(tx.execute(sql, params![now, account.id(), mac]).await? == 1)
}

/// How many recovery codes an account has left.
pub async fn recovery_codes_left(conn: &mut Conn, account: Account) -> Result<u64> {
    let sql = match account {
        Account::Staff(_) => {
            "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM recovery_code WHERE staff_id = $1 AND used_at IS NULL"
        }
        Account::Agent(_) => {
            "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM agent_recovery_code WHERE agent_id = $1 AND used_at IS NULL"
        }
    };
    conn.count(sql, params![account.id()]).await
}
