//! What has happened, what happens now, what comes next and when.
use domain::form::Lang;
use leptos::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepState {
    Done,
    Current,
    Later,
    /// A step of a manual: it happens to everybody, so it has no state.
    Plain,
}

/// One step, with a time in words and a note.
#[derive(Clone, Debug)]
pub struct Step {
    title: String,
    state: StepState,
    time: Option<String>,
    note: Option<String>,
}

impl Step {
    pub fn new(state: StepState, title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            state,
            time: None,
            note: None,
        }
    }

    /// When it happened or is expected, or how long it takes.
    #[must_use]
    pub fn time(mut self, time: impl Into<String>) -> Self {
        self.time = Some(time.into());
        self
    }

    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }
}

#[component]
pub fn Steps(lang: Lang, steps: Vec<Step>) -> impl IntoView {
    let steps = steps.into_iter().map(|step| {
        let (class, word) = match step.state {
            StepState::Done => ("done", Some(lang.t("เสร็จแล้ว", "Done"))),
            StepState::Current => ("current", Some(lang.t("ขั้นตอนนี้", "Now"))),
            StepState::Later => ("later", Some(lang.t("ขั้นต่อไป", "Later"))),
            StepState::Plain => ("plain", None),
        };
        let current = (step.state == StepState::Current).then_some("step");
        view! {
            <li class=class aria-current=current>
                <p class="step-title">{step.title}{word.map(|word| view! { " "<span class="step-word">{word}</span> })}</p>
                {step.time.map(|time| view! { <p class="step-time">{time}</p> })}
                {step.note.map(|note| view! { <p>{note}</p> })}
            </li>
        }
    });
    view! { <ol class="steps">{steps.collect_view()}</ol> }
}
