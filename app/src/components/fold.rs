//! A part that stays folded until it is wanted: native `<details>`, which needs no script.
use leptos::prelude::*;

/// Its title, how it stands, and whether it is open from the start: where the reader needs it, and where something in
/// it is wrong.
#[derive(Clone, Debug)]
#[must_use]
pub struct Fold {
    title: String,
    aside: Option<String>,
    mark: Option<&'static str>,
    heading: bool,
    open: bool,
    id: Option<&'static str>,
}

impl Fold {
    pub fn new(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            aside: None,
            mark: None,
            heading: false,
            open: false,
            id: None,
        }
    }

    /// A few words beside the title: what was answered, how many there are; empty for none.
    pub fn aside(mut self, aside: impl Into<String>) -> Self {
        self.aside = Some(aside.into()).filter(|aside| !aside.is_empty());
        self
    }

    /// Good news beside the title.
    pub fn mark(mut self, mark: Option<&'static str>) -> Self {
        self.mark = mark;
        self
    }

    /// Makes the title a heading of the page.
    pub fn heading(mut self) -> Self {
        self.heading = true;
        self
    }

    pub fn open(mut self, open: bool) -> Self {
        self.open = open;
        self
    }

    pub fn id(mut self, id: &'static str) -> Self {
        self.id = Some(id);
        self
    }

    pub fn around(self, inside: impl IntoAny) -> AnyView {
        let (title, inside) = (self.title, inside.into_any());
        let title = if self.heading {
            view! { <h2>{title}</h2> }.into_any()
        } else {
            title.into_any()
        };
        let aside = self.aside.map(|aside| view! { " "<small>{aside}</small> });
        let mark = self
            .mark
            .map(|mark| view! { " "<span class="suits">{mark}</span> });
        view! { <details class="fold" id=self.id open=self.open><summary>{title}{aside}{mark}</summary>{inside}</details> }
            .into_any()
    }
}
