//! Letters over SMTP.
use crate::config::SmtpUrl;
use crate::public_url::PublicUrl;
use desk::mail::{Mail, Mailer};
use lettre::message::header::ContentType;
use lettre::message::{Attachment, Mailbox, MultiPart, SinglePart};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

/// A mail server that takes longer is tried again later.
const TIMEOUT: Duration = Duration::from_secs(20);

/// Sends by one mail server, under one name.
pub struct SmtpMailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl SmtpMailer {
    /// `sender` is the city's name, as the reader sees it.
    pub fn new(smtp: &SmtpUrl, public_url: &PublicUrl, sender: &str) -> Result<Self, String> {
        let address = smtp
            .from
            .clone()
            .unwrap_or_else(|| format!("noreply@{}", public_url.host()));
        let address = address
            .parse()
            .map_err(|_| format!("SALA_SMTP_URL: {address} is no sender; add ?from=name@host"))?;
        // The error may repeat the password.
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(&smtp.server)
            .map_err(|_| "SALA_SMTP_URL: this is no mail server, such as smtps://user:password@mail.example.org".to_owned())?;
        Ok(Self {
            transport: transport.timeout(Some(TIMEOUT)).build(),
            from: Mailbox::new(Some(sender.to_owned()), address),
        })
    }

    fn message(&self, mail: &Mail) -> Result<Message, String> {
        // Neither error names the person.
        let to = mail
            .to
            .parse()
            .map_err(|_| "the address is none that can be written to".to_owned())?;
        let message = Message::builder()
            .from(self.from.clone())
            .to(to)
            .subject(&mail.subject);
        let message = match &mail.attachment {
            None => message
                .header(ContentType::TEXT_PLAIN)
                .body(mail.text.clone()),
            Some(attachment) => {
                let pdf =
                    ContentType::parse("application/pdf").map_err(|error| error.to_string())?;
                let part =
                    Attachment::new(attachment.name.clone()).body(attachment.pdf.clone(), pdf);
                let text = SinglePart::plain(mail.text.clone());
                message.multipart(MultiPart::mixed().singlepart(text).singlepart(part))
            }
        };
        message.map_err(|error| format!("the letter cannot be written: {error}"))
    }
}

impl fmt::Debug for SmtpMailer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("SmtpMailer").finish_non_exhaustive()
    }
}

impl Mailer for SmtpMailer {
    fn send<'a>(
        &'a self,
        mail: &'a Mail,
    ) -> Pin<Box<dyn Future<Output = Result<(), String>> + Send + 'a>> {
        Box::pin(async move {
            let message = self.message(mail)?;
            let sent = self.transport.send(message).await;
            // What a server answers may repeat the address it refused.
            sent.map(drop).map_err(|error| match error.status() {
                Some(code) => format!("the mail server answered {code}"),
                None if error.is_timeout() => "the mail server does not answer".to_owned(),
                None => "the mail server cannot be reached".to_owned(),
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mailer(server: &str, from: Option<&str>) -> Result<SmtpMailer, String> {
        let smtp = SmtpUrl {
            server: server.to_owned(),
            from: from.map(str::to_owned),
        };
        let public_url = PublicUrl::parse("https://sala.example.org").expect("an address");
        SmtpMailer::new(&smtp, &public_url, "เทศบาลนครตรัง")
    }

    #[tokio::test]
    async fn a_letter_is_written_in_thai_and_from_the_city() {
        let mail = Mail {
            to: "a@example.org".to_owned(),
            subject: "คำขอ".to_owned(),
            text: "เรียน คุณ".to_owned(),
            attachment: None,
        };
        let message = mailer("smtp://localhost:2525", None)
            .expect("a mailer")
            .message(&mail)
            .expect("a letter");
        let text = String::from_utf8(message.formatted()).expect("text");
        assert!(text.contains("noreply@sala.example.org"), "{text}");
        assert!(text.contains("charset=utf-8"), "{text}");
    }

    #[tokio::test]
    async fn a_copy_goes_with_its_pdf() {
        let mail = Mail {
            to: "a@example.org".to_owned(),
            subject: "สำเนา".to_owned(),
            text: "เรียน".to_owned(),
            attachment: Some(desk::mail::Attachment {
                name: "late-notice-1-2569.pdf".to_owned(),
                pdf: b"%PDF-1.7".to_vec(),
            }),
        };
        let message = mailer("smtp://localhost:2525", None)
            .expect("a mailer")
            .message(&mail)
            .expect("a letter");
        let text = String::from_utf8(message.formatted()).expect("text");
        assert!(text.contains("application/pdf"), "{text}");
        assert!(text.contains("late-notice-1-2569.pdf"), "{text}");
    }

    #[tokio::test]
    async fn neither_a_bad_setting_nor_a_dead_server_tells_a_secret() {
        for (server, from) in [
            ("smtp://u:secret@", None),
            ("smtps://u:secret@host", Some("nobody")),
        ] {
            let refused = mailer(server, from).expect_err("refused");
            assert!(
                refused.contains("SALA_SMTP_URL") && !refused.contains("secret"),
                "{refused}"
            );
        }
        let mail = Mail {
            to: "person@example.org".to_owned(),
            subject: "x".to_owned(),
            text: "x".to_owned(),
            attachment: None,
        };
        let failed = mailer("smtp://127.0.0.1:1", None)
            .expect("a mailer")
            .send(&mail)
            .await
            .expect_err("nobody there");
        assert!(!failed.contains("person"), "{failed}");
    }
}
