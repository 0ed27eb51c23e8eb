//! The page around every answer: head, header, banners, navigation, footer; for residents and for staff.
use crate::components::mark::Mark;
use domain::form::Lang;
use domain::municipality::{Municipality, Office};
use leptos::prelude::*;
use std::fmt::{self, Debug, Formatter};
use std::sync::Arc;

/// From a logical file name (`main.css`, `pkg/sala.js`) to the address it is served at.
pub type Assets = Arc<dyn Fn(&str) -> String + Send + Sync>;

/// What every page needs to know about the request it answers.
#[derive(Clone)]
pub struct PageContext {
    pub lang: Lang,
    /// The path without `/en`.
    pub path: String,
    /// The CSP nonce of this response.
    pub nonce: String,
    pub assets: Assets,
    pub municipality: Arc<Municipality>,
    /// Whether this is a demonstration (`SALA_DEMO=1`): every page then says so.
    pub demo: bool,
    /// Whether the page holds an island: only then are the hydration scripts sent.
    pub island: bool,
    /// The full address of this page in the other language, where it is not just `path` there.
    pub other_language_path: Option<String>,
    /// The officer's navigation, on staff pages.
    pub staff: Option<StaffNav>,
}

impl PageContext {
    /// A site path in the page's language.
    pub fn link(&self, path: &str) -> String {
        self.lang.path(path)
    }

    /// The address of a file by its logical name.
    pub fn asset(&self, name: &str) -> String {
        (self.assets)(name)
    }

    /// This page in the other language.
    pub fn other_language(&self) -> String {
        let other = self.lang.t(Lang::En, Lang::Th);
        self.other_language_path
            .clone()
            .unwrap_or_else(|| other.path(&self.path))
    }

    /// The name of the service the path belongs to.
    pub fn service(&self) -> &'static str {
        match self.path.split('/').nth(1) {
            Some("crematorium") => self.lang.t("ระบบขอใช้ฌาปนสถาน", "Crematorium booking"),
            Some("equipment") => self
                .lang
                .t("ระบบขอยืมวัสดุ/ครุภัณฑ์ทางการแพทย์", "Medical equipment loans"),
            _ => self
                .lang
                .t("บริการฌาปนสถานและยืมอุปกรณ์", "Crematorium and equipment loans"),
        }
    }

    /// The office that answers questions about this page: the duty desk for the crematorium.
    pub fn office(&self) -> &Office {
        let about_a_case = ["/crematorium", "/track", "/agent"];
        if about_a_case.iter().any(|path| self.path.starts_with(path)) {
            &self.municipality.crematorium.duty
        } else {
            &self.municipality.office
        }
    }
}

impl Debug for PageContext {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("PageContext")
            .field("lang", &self.lang)
            .field("path", &self.path)
            .field("island", &self.island)
            .finish_non_exhaustive()
    }
}

impl From<&Self> for PageContext {
    fn from(ctx: &Self) -> Self {
        ctx.clone()
    }
}

/// The side rail of an officer.
#[derive(Clone, Debug, Default)]
pub struct StaffNav {
    /// The officer's own name.
    pub name: String,
    pub groups: Vec<NavGroup>,
}

/// Entries that stand together, under a heading where there is one.
#[derive(Clone, Debug, Default)]
pub struct NavGroup {
    pub label: Option<String>,
    pub items: Vec<NavItem>,
}

#[derive(Clone, Debug)]
pub struct NavItem {
    pub label: String,
    /// The full address, language included.
    pub href: String,
    /// How many wait there; absent where counting means nothing.
    pub count: Option<u32>,
    pub current: bool,
}

/// A whole page for residents.
#[component]
pub fn Document(
    #[prop(into)] ctx: PageContext,
    #[prop(into)] title: String,
    /// Whether the page reports errors: its title then begins with the word.
    #[prop(optional)]
    error: bool,
    /// Whether the page is about a person: no search engine's business, and never the first page
    /// somebody sees, so that its fonts need no early fetching.
    #[prop(optional)]
    private: bool,
    /// Whether the content may be wider than one column of text.
    #[prop(optional)]
    wide: bool,
    /// Where the back link leads.
    #[prop(optional, into)]
    back: Option<String>,
    children: Children,
) -> impl IntoView {
    let lang = ctx.lang;
    let head = head(&ctx, &title, error, private);
    let column = if wide { "column wide" } else { "column" };
    view! {
        <!DOCTYPE html>
        <html lang=lang.tag()>
            {head}
            <body>
                {skip_link(lang)}
                {header(&ctx)}
                {banners(&ctx)}
                <div class=column>
                    {back.map(|href| view! {
                        <nav class="before" aria-label=lang.t("ย้อนกลับ", "Back")>
                            <a class="back" href=href>{lang.t("ย้อนกลับ", "Back")}</a>
                        </nav>
                    })}
                    <main id="main" tabindex="-1">{children()}</main>
                </div>
                {footer(&ctx)}
            </body>
        </html>
    }
}

/// A whole page for officers: the rail at the side, on narrow screens above.
#[component]
pub fn StaffDocument(
    #[prop(into)] ctx: PageContext,
    #[prop(into)] title: String,
    /// Whether the page reports errors: its title then begins with the word.
    #[prop(optional)]
    error: bool,
    /// Where the back link leads.
    #[prop(optional, into)]
    back: Option<String>,
    children: Children,
) -> impl IntoView {
    let lang = ctx.lang;
    let head = head(&ctx, &title, error, true);
    let rail = ctx.staff.as_ref().map(|staff| rail(&ctx, staff));
    view! {
        <!DOCTYPE html>
        <html lang=lang.tag()>
            {head}
            <body class="staff">
                {skip_link(lang)}
                <div class="shell">
                    {rail}
                    <div class="desk">
                        {banners(&ctx)}
                        {back.map(|href| view! {
                            <nav class="before" aria-label=lang.t("ย้อนกลับ", "Back")>
                                <a class="back" href=href>{lang.t("ย้อนกลับ", "Back")}</a>
                            </nav>
                        })}
                        <main id="main" tabindex="-1">{children()}</main>
                    </div>
                </div>
            </body>
        </html>
    }
}

/// The address that dials a number as printed.
pub fn tel(phone: &str) -> String {
    let digits = phone.chars().filter(|c| c.is_ascii_digit() || *c == '+');
    "tel:".chars().chain(digits).collect()
}

fn head(ctx: &PageContext, title: &str, error: bool, private: bool) -> impl IntoView + use<> {
    let lang = ctx.lang;
    let wrong = if error {
        lang.t("ผิดพลาด: ", "Error: ")
    } else {
        ""
    };
    let site = ctx.municipality.name.get(lang);
    let title = format!("{wrong}{title} · {} · {site}", ctx.service());
    let fonts = [
        "fonts/sarabun-thai-400.woff2",
        "fonts/sarabun-thai-600.woff2",
    ];
    view! {
        <head>
            <meta charset="utf-8"/>
            <meta name="viewport" content="width=device-width, initial-scale=1"/>
            <title>{title}</title>
            <meta name="color-scheme" content="light dark"/>
            <meta name="theme-color" content="#ffffff" media="(prefers-color-scheme: light)"/>
            <meta name="theme-color" content="#1b2128" media="(prefers-color-scheme: dark)"/>
            // A reference number is not a phone number.
            <meta name="format-detection" content="telephone=no"/>
            {private.then(|| view! { <meta name="robots" content="noindex"/> })}
            {(!private).then(|| fonts.map(|font| view! {
                <link rel="preload" href=ctx.asset(font) r#as="font" r#type="font/woff2" crossorigin="anonymous"/>
            }).collect_view())}
            <link rel="stylesheet" href=ctx.asset("main.css")/>
            <link rel="icon" href=ctx.asset("favicon.svg") r#type="image/svg+xml"/>
            {ctx.island.then(|| hydration(ctx))}
        </head>
    }
}

/// What `leptos::HydrationScripts` sends for islands, with our own addresses for the two files.
fn hydration(ctx: &PageContext) -> impl IntoView + use<> {
    let js = ctx.asset("pkg/sala.js");
    let wasm = ctx.asset("pkg/sala_bg.wasm");
    let script = format!(
        "({})({},{});",
        include_str!("components/hydrate_islands.js").trim_end(),
        script_string(&js),
        script_string(&wasm)
    );
    view! {
        <link rel="modulepreload" href=js nonce=ctx.nonce.clone() fetchpriority="low"/>
        <link rel="preload" href=wasm r#as="fetch" r#type="application/wasm" crossorigin="anonymous" fetchpriority="low"/>
        <script type="module" nonce=ctx.nonce.clone() inner_html=script></script>
    }
}

/// A JavaScript string literal that cannot end its script element.
fn script_string(text: &str) -> String {
    format!("{text:?}").replace('<', "\\x3c")
}

fn skip_link(lang: Lang) -> impl IntoView {
    view! { <a class="skip" href="#main">{lang.t("ข้ามไปยังเนื้อหา", "Skip to content")}</a> }
}

fn header(ctx: &PageContext) -> impl IntoView + use<> {
    let lang = ctx.lang;
    let other = lang.t(Lang::En, Lang::Th);
    let home = match ctx.path.split('/').nth(1) {
        Some("crematorium") => "/crematorium",
        Some("equipment") => "/equipment",
        _ => "/",
    };
    view! {
        <header class="top">
            <div class="bar">
                <a class="brand" href=ctx.link(home)>
                    <Mark/>
                    <span>{ctx.municipality.name.get(lang).to_owned()}" · "{ctx.service()}</span>
                </a>
                <p class="contact">{contact(ctx)}</p>
                <a class="language" href=ctx.other_language() lang=other.tag() hreflang=other.tag()>
                    {lang.t("English", "ภาษาไทย")}
                </a>
            </div>
        </header>
    }
}

/// The phone and, always beside it, the hours.
fn contact(ctx: &PageContext) -> impl IntoView + use<> {
    let lang = ctx.lang;
    let office = ctx.office();
    view! {
        {lang.t("โทร ", "Call ")}<a href=tel(&office.phone)>{office.phone.clone()}</a>
        " "<span>{office.hours_text.get(lang).to_owned()}</span>
    }
}

fn banners(ctx: &PageContext) -> impl IntoView + use<> {
    let lang = ctx.lang;
    let sample = ctx.municipality.sample.then(|| {
        let note = ctx.municipality.sample_note.get(lang).to_owned();
        view! { <p><b>{lang.t("ค่าตัวอย่าง", "Sample values")}</b>" "{note}</p> }
    });
    let demo = ctx.demo.then(|| {
        view! {
            <p>
                <b>{lang.t("ระบบสาธิต", "Demonstration")}</b>" "
                {lang.t("โปรดอย่ากรอกข้อมูลจริง ข้อมูลอาจถูกลบได้ทุกเมื่อ", "Please enter no real data. Anything here may be erased at any time.")}
            </p>
        }
    });
    let any = sample.is_some() || demo.is_some();
    any.then(|| {
        view! {
            <aside class="banner" aria-label=lang.t("เกี่ยวกับเว็บไซต์นี้", "About this site")>
                {demo}
                {sample}
            </aside>
        }
    })
}

fn footer(ctx: &PageContext) -> impl IntoView + use<> {
    let lang = ctx.lang;
    let city = &ctx.municipality;
    view! {
        <footer class="foot">
            <div class="bar">
                <div>
                    <p><b>{ctx.office().name.get(lang).to_owned()}</b></p>
                    <p>{contact(ctx)}</p>
                </div>
                <div>
                    <p>{city.division.get(lang).to_owned()}{lang.t(" ", ", ")}{city.name.get(lang).to_owned()}</p>
                    <ul class="links">
                        <li><a href=ctx.link("/track")>{lang.t("ติดตามคำขอ", "Track a request")}</a></li>
                        <li><a href=ctx.link("/privacy")>{lang.t("ความเป็นส่วนตัว", "Privacy")}</a></li>
                    </ul>
                </div>
            </div>
        </footer>
    }
}

/// The rail: open at the side of a wide screen, folded above a narrow one. Of the two the style
/// shows one, and what is not shown is read by nobody.
fn rail(ctx: &PageContext, staff: &StaffNav) -> impl IntoView + use<> {
    let lang = ctx.lang;
    let here = staff
        .groups
        .iter()
        .flat_map(|group| &group.items)
        .find(|item| item.current)
        .map(|item| item.label.clone());
    let title = move || view! { <b>{lang.t("งานบริการ", "Service desk")}</b> };
    view! {
        <header class="rail">
            <div class="rail-wide">
                <p class="rail-title">{title()}<span>{ctx.municipality.division.get(lang).to_owned()}</span></p>
                {rail_items(ctx, staff)}
            </div>
            <details class="rail-narrow">
                <summary><span>{title()}{here.map(|here| format!(" · {here}"))}</span><span class="rail-menu">{lang.t("เมนู", "Menu")}</span></summary>
                {rail_items(ctx, staff)}
            </details>
        </header>
    }
}

fn rail_items(ctx: &PageContext, staff: &StaffNav) -> impl IntoView + use<> {
    let lang = ctx.lang;
    let other = lang.t(Lang::En, Lang::Th);
    let entry = |item: NavItem| {
        let count = item.count.map(|count| view! { <small>{count}</small> });
        view! {
            <li><a href=item.href aria-current=item.current.then_some("page")><span>{item.label}</span>{count}</a></li>
        }
    };
    let groups = staff.groups.clone().into_iter().map(|group| {
        let label = group
            .label
            .map(|label| view! { <p class="rail-group">{label}</p> });
        let items = group.items.into_iter().map(entry).collect_view();
        view! { {label}<ul>{items}</ul> }
    });
    view! {
        <nav aria-label=lang.t("งานบริการ", "Service desk")>{groups.collect_view()}</nav>
        <div class="rail-me">
            <p>{staff.name.clone()}</p>
            <form method="post" action=ctx.link("/staff/sign-out")>
                <button>{lang.t("ออกจากระบบ", "Sign out")}</button>
            </form>
            <a href=ctx.other_language() lang=other.tag() hreflang=other.tag()>{lang.t("English", "ภาษาไทย")}</a>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::components::sample::context;
    use crate::render::render;

    fn page(ctx: &PageContext) -> String {
        render(
            "n0",
            || view! { <Document ctx title="หน้า" error=true private=true><h1>"x"</h1></Document> },
        )
    }

    #[test]
    fn every_page_names_its_language_its_error_and_whom_to_call() {
        for lang in [Lang::Th, Lang::En] {
            let ctx = context(lang, "/crematorium");
            let html = page(&ctx);
            assert!(html.starts_with("<!DOCTYPE html><html lang=\""), "{html}");
            assert!(
                html.contains(lang.t("<title>ผิดพลาด: หน้า", "<title>Error: หน้า")),
                "{html}"
            );
            let duty = &ctx.municipality.crematorium.duty;
            assert!(html.contains(&tel(&duty.phone)), "{html}");
            assert!(html.contains(duty.hours_text.get(lang)), "{html}");
            assert!(html.contains("noindex"), "{html}");
        }
    }

    #[test]
    fn scripts_come_only_with_an_island_and_with_the_nonce() {
        let mut ctx = context(Lang::Th, "/");
        assert!(!page(&ctx).contains("<script"));
        ctx.island = true;
        ctx.nonce = "n0".to_owned();
        let html = page(&ctx);
        assert!(
            html.contains("<script type=\"module\" nonce=\"n0\">"),
            "{html}"
        );
        assert!(html.contains("\"/pkg/sala_bg.wasm\""), "{html}");
        assert!(!html.contains("__RESOLVED_RESOURCES"), "{html}");
    }

    #[test]
    fn an_asset_address_cannot_end_the_script() {
        assert_eq!(script_string("a\"</script>"), "\"a\\\"\\x3c/script>\"");
    }

    #[test]
    fn the_language_link_leads_to_the_same_page() {
        assert!(page(&context(Lang::Th, "/track")).contains("href=\"/en/track\""));
        assert!(page(&context(Lang::En, "/track")).contains("href=\"/track\""));
        let mut ctx = context(Lang::Th, "/track");
        ctx.other_language_path = Some("/en/elsewhere".to_owned());
        assert!(page(&ctx).contains("href=\"/en/elsewhere\""));
    }

    #[test]
    fn banners_appear_only_when_they_are_true() {
        let mut ctx = context(Lang::Th, "/");
        assert!(page(&ctx).contains("ค่าตัวอย่าง"));
        let mut city = Municipality::clone(&ctx.municipality);
        city.sample = false;
        ctx.municipality = Arc::new(city);
        assert!(!page(&ctx).contains("class=\"banner\""));
        ctx.demo = true;
        assert!(page(&ctx).contains("ระบบสาธิต"));
    }

    #[test]
    fn the_rail_marks_where_the_officer_is() {
        let mut ctx = context(Lang::Th, "/staff");
        ctx.staff = Some(StaffNav {
            name: "เจ้าหน้าที่ <1>".to_owned(),
            groups: vec![NavGroup {
                label: Some("งาน".to_owned()),
                items: vec![NavItem {
                    label: "วันนี้".to_owned(),
                    href: "/staff".to_owned(),
                    count: Some(12),
                    current: true,
                }],
            }],
        });
        let html = render(
            "n0",
            || view! { <StaffDocument ctx=&ctx title="งานวันนี้">"x"</StaffDocument> },
        );
        assert!(html.contains("aria-current=\"page\""), "{html}");
        assert!(html.contains("<small>12</small>"), "{html}");
        assert!(html.contains("เจ้าหน้าที่ &lt;1&gt;"), "{html}");
    }
}
