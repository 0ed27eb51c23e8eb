//! A reference number as people read it aloud: in groups of four.
use domain::form::Lang;
use leptos::prelude::*;

/// The digits in groups of four.
pub fn in_fours(digits: &str) -> String {
    let digits: Vec<char> = digits
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .collect();
    let groups: Vec<String> = digits.chunks(4).map(|four| four.iter().collect()).collect();
    // In running text no line breaks inside the number.
    groups.join("\u{a0}")
}

/// The number to keep, large, with a picture of it (a QR as SVG text) where there is one.
/// In print it stands at the top right.
#[component]
pub fn ReferenceNumber(
    lang: Lang,
    #[prop(into)] value: String,
    /// SVG made by this program, never by a person.
    #[prop(optional, into)]
    qr: Option<String>,
) -> impl IntoView {
    let label = lang.t("เลขที่คำขอ", "Reference number");
    let scan = lang.t("สแกนเพื่อติดตามคำขอ", "Scan to track the request");
    view! {
        <div class="keep">
            <div>
                <p class="keep-label">{label}</p>
                <p class="reference">{in_fours(&value).replace('\u{a0}', " ")}</p>
            </div>
            {qr.map(|qr| view! { <figure><div class="qr" aria-hidden="true" inner_html=qr></div><figcaption>{scan}</figcaption></figure> })}
        </div>
    }
}
