//! The parts pages are made of, one idea a file.
pub mod back_link;
pub mod button;
pub mod choice;
pub mod date_field;
pub mod document;
pub mod error_summary;
pub mod field;
pub mod fold;
pub mod form;
pub mod mark;
pub mod notice;
pub mod pager;
pub mod question;
pub mod reference;
pub mod steps;
pub mod summary_list;
pub mod tag;

#[cfg(test)]
mod contrast;
#[cfg(test)]
pub mod sample;
#[cfg(test)]
mod tests;

pub use back_link::BackLink;
pub use button::{Button, ButtonKind, ButtonLink};
pub use choice::{Checkbox, Checkboxes, Choice, Layout, Radios};
pub use date_field::DateField;
pub use document::DocumentView;
pub use error_summary::ErrorSummary;
pub use field::{FileField, Kind, SelectField, TextArea, TextField, Width};
pub use fold::Fold;
pub use form::{FormView, id_of};
pub use notice::{Notice, NoticeKind};
pub use pager::Pager;
pub use question::Question;
pub use reference::ReferenceNumber;
pub use steps::{Step, StepState, Steps};
pub use summary_list::{SummaryList, SummaryRow};
pub use tag::{Tag, TagKind};
