//! Where a request stands, in words a family can act on.
use crate::components::NoticeKind;
use crate::words;
use desk::request::TrackView;
use domain::crematorium::Rules;
use domain::form::Lang;
use domain::request::Status;
use domain::time::Instant;

/// The state: how it looks, its name, and what it means now.
pub(super) struct Standing {
    pub kind: NoticeKind,
    pub title: String,
    pub lines: Vec<String>,
}

pub(super) fn standing(lang: Lang, view: &TrackView, rules: &Rules, now: Instant) -> Standing {
    let phone = &rules.settings().duty.phone;
    let name = lang.t(view.status.th(), view.status.en()).to_owned();
    let is = |kind, lines| Standing {
        kind,
        title: name.clone(),
        lines,
    };
    if view.frozen && view.status.is_live() {
        let title = lang
            .t("พักการพิจารณาไว้ชั่วคราว", "On hold for the moment")
            .to_owned();
        let line = lang.t(
            format!("วันที่จองไว้ยังอยู่ โปรดโทรหาเจ้าหน้าที่ {phone}"),
            format!("The places are kept. Please call the officer, {phone}."),
        );
        return Standing {
            kind: NoticeKind::Hold,
            title,
            lines: vec![line],
        };
    }
    match view.status {
        Status::Submitted => match view.lapse_at.filter(|_| !view.verified) {
            Some(by) => {
                let by = words::when(lang, by, now);
                let title = lang.t("รอเจ้าหน้าที่โทรยืนยัน", "Waiting for our call").to_owned();
                let line = lang.t(
                    format!("เจ้าหน้าที่จะโทรหาท่านภายใน{by} หากถึงเวลานั้นยังยืนยันกันไม่ได้ คำขอจะสิ้นผล ถ้ายังไม่มีใครโทรถึง โปรดโทร {phone}"),
                    format!("An officer calls you by {by}. If it cannot be confirmed by then, the request lapses. If nobody has reached you, please call {phone}."),
                );
                Standing { kind: NoticeKind::Hold, title, lines: vec![line] }
            }
            None if view.decide_by < now => is(
                NoticeKind::Hold,
                vec![lang.t(
                    format!("เลยเวลาที่กำหนดไว้แล้ว เจ้าหน้าที่กำลังดำเนินการ สอบถามได้ที่ {phone}"),
                    format!("The time set for it has passed. The office is working on it; you may call {phone}."),
                )],
            ),
            None => {
                let by = words::when(lang, view.decide_by, now);
                is(NoticeKind::Info, vec![lang.t(format!("จะทราบผลภายใน{by}"), format!("You will know by {by}."))])
            }
        },
        Status::Returned => {
            let by = view.returned.as_ref().map(|returned| words::when(lang, returned.correct_by, now)).unwrap_or_default();
            is(
                NoticeKind::Hold,
                vec![lang.t(
                    format!("โปรดแก้ไขรายการด้านล่างภายใน{by} วันที่จองไว้ยังอยู่"),
                    format!("Please correct what is listed below by {by}. The places are kept."),
                )],
            )
        }
        Status::Approved => is(
            NoticeKind::Good,
            vec![
                words::places_line(lang, rules, &view.wish),
                lang.t("ใบอนุญาตเปิดได้ในหน้านี้เมื่อลงนามแล้ว", "The permit opens on this page once it is signed.").to_owned(),
            ],
        ),
        Status::Refused => is(NoticeKind::Bad, Vec::new()),
        Status::Withdrawn => is(NoticeKind::Closed, vec![lang.t("ถอนตามที่ท่านขอ คืนวันที่จองไว้แล้ว", "As you asked. The places have been given back.").to_owned()]),
        Status::Cancelled => {
            let reason = view.cancelled_reason.iter().map(|reason| format!("{} {reason}", lang.t("เหตุผล:", "Reason:")));
            is(NoticeKind::Closed, reason.collect())
        }
        Status::Lapsed => is(
            NoticeKind::Closed,
            vec![lang.t(
                format!("ไม่ได้ยืนยันคำขอภายในเวลาที่กำหนด จึงคืนวันที่จองไว้แล้ว ขอใหม่ได้ หรือโทร {phone}"),
                format!("It was not confirmed in time, so the places have been given back. You may ask again, or call {phone}."),
            )],
        ),
        // The rest is of loans, which have a page of their own.
        Status::Completed | Status::Queued | Status::Ready | Status::OnLoan => {
            is(NoticeKind::Closed, Vec::new())
        }
    }
}
