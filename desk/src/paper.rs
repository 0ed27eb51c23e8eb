//! Papers: photos sent by families and officers, verdicts, and what officers find out from them.
use domain::form::Text;
use domain::request::Event;

/// What happened to a paper, for the history.
pub(crate) fn event_words(event: &Event) -> Text {
    match event {
        Event::PaperSent { kind } => {
            let kind = kind.label();
            Text::new(
                format!("ส่งรูป: {}", kind.th),
                format!("Photo sent: {}", kind.en),
            )
        }
        Event::PaperAccepted { kind } => {
            let kind = kind.label();
            Text::new(
                format!("ตรวจแล้วใช้ได้: {}", kind.th),
                format!("Accepted: {}", kind.en),
            )
        }
        Event::PaperDefective { kind, defect } => {
            let kind = kind.label();
            Text::new(
                format!("ต้องส่งใหม่: {} ({defect})", kind.th),
                format!("Must be sent again: {} ({defect})", kind.en),
            )
        }
        Event::Found {
            stated_place,
            manner,
            registry,
        } => {
            let found = [
                stated_place
                    .map(|place| ("สถานที่ในมรณบัตร", "Place in the certificate", place.label())),
                manner.map(|manner| ("ลักษณะการตาย", "Manner of death", manner.label())),
                registry.map(|registry| ("สำนักทะเบียน", "Registry", registry.label())),
            ];
            let found: Vec<_> = found.into_iter().flatten().collect();
            let join = |lines: Vec<String>| lines.join(" · ");
            Text::new(
                join(
                    found
                        .iter()
                        .map(|(th, _, answer)| format!("{th}: {}", answer.th))
                        .collect(),
                ),
                join(
                    found
                        .iter()
                        .map(|(_, en, answer)| format!("{en}: {}", answer.en))
                        .collect(),
                ),
            )
        }
        _ => Text::new("", ""),
    }
}
