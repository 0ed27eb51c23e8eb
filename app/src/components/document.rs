//! A document of the office as a page: the same words in the same order as its PDF.
use domain::document::{Align, Block, Document, Table};
use leptos::prelude::*;

/// The document from its letterhead to its foot.
#[component]
pub fn DocumentView(document: Document) -> impl IntoView {
    let lang = document.lang;
    let head = &document.letterhead;
    let lines = [
        document.number_words(),
        Some(document.date_words()),
        document.reference_words(),
    ];
    let lines = lines
        .into_iter()
        .flatten()
        .map(|line| view! { <p>{line}</p> })
        .collect_view();
    let subtitle = document
        .subtitle
        .clone()
        .map(|text| view! { <p>{text}</p> });
    let to = document
        .addressee_words()
        .map(|text| view! { <p>{text}</p> });
    let blocks = document.blocks.iter().map(block).collect_view();
    let signature = document.signature.as_ref().map(|signature| {
        let authority = signature
            .authority
            .clone()
            .map(|text| view! { <p>{text}</p> });
        view! {
            <div class="document-signature">
                <p>{signature.mark_words(lang)}</p>
                <p>"("{signature.name.clone()}")"</p>
                <p>{signature.position.clone()}</p>
                {authority}
            </div>
        }
    });
    let codes = document.codes.iter().map(|code| {
        let picture = crate::qr::svg(&code.payload);
        view! { <figure><div class="qr" aria-hidden="true" inner_html=picture></div><figcaption>{code.caption.clone()}</figcaption></figure> }
    });
    let codes = codes.collect_view();
    let copies = document.copies_words().map(|text| view! { <p>{text}</p> });
    let sample = document
        .sample_note
        .clone()
        .map(|text| view! { <p class="hint">{text}</p> });
    view! {
        <article class="document" lang=lang.tag() aria-label=document.title.clone()>
            <p><b>{head.municipality.clone()}</b></p>
            <p>{head.division.clone()}</p>
            <p>{head.address.clone()}</p>
            {lines}
            <h2>{document.title.clone()}</h2>
            {subtitle}
            {to}
            {blocks}
            {signature}
            {codes}
            {copies}
            <p>{document.contact_words()}</p>
            {sample}
        </article>
    }
}

fn block(block: &Block) -> AnyView {
    match block {
        Block::Heading { text } => view! { <h3>{text.clone()}</h3> }.into_any(),
        Block::Paragraph { text } => view! { <p class="kept">{text.clone()}</p> }.into_any(),
        Block::Notice { text } => view! { <p class="notice kept">{text.clone()}</p> }.into_any(),
        Block::Facts { rows } => {
            let rows = rows.iter().map(|row| {
                view! { <div><dt>{row.label.clone()}</dt><dd class="kept">{row.value.clone()}</dd></div> }
            });
            view! { <dl class="summary">{rows.collect_view()}</dl> }.into_any()
        }
        Block::List { items } => {
            let items = items.iter().map(|item| view! { <li>{item.clone()}</li> });
            view! { <ol>{items.collect_view()}</ol> }.into_any()
        }
        Block::Table(rows) => table(rows),
    }
}

fn table(table: &Table) -> AnyView {
    let class = |n: usize| match table.columns[n].align {
        Align::Start => None,
        Align::Center => Some("center"),
        Align::End => Some("amount"),
    };
    let heads = table.columns.iter().enumerate().map(|(n, column)| {
        view! { <th scope="col" class=class(n)>{column.title.clone()}</th> }
    });
    let line = |cells: &Vec<String>| {
        let cells = cells
            .iter()
            .enumerate()
            .map(|(n, cell)| view! { <td class=class(n)>{cell.clone()}</td> });
        view! { <tr>{cells.collect_view()}</tr> }
    };
    let rows = table.rows.iter().map(line).collect_view();
    let totals = table.totals.iter().map(line).collect_view();
    view! {
        <table class="list">
            <caption class="unseen">{table.caption.clone()}</caption>
            <thead><tr>{heads.collect_view()}</tr></thead>
            <tbody>{rows}</tbody>
            <tfoot>{totals}</tfoot>
        </table>
    }
    .into_any()
}
