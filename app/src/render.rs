//! One complete HTML string from a Leptos component tree: nothing streamed, nothing resolved later.
use leptos::nonce::Nonce;
use leptos::prelude::*;

/// What Leptos puts between neighbouring texts so that hydration finds its place.
const MARKER: &str = "<!>";

/// The HTML of a page. `use_nonce()` answers `nonce` inside it.
///
/// The tree must hold no `Resource` or `Suspense`: there is no shared context to wait in, so an
/// island may not take children either.
pub fn render<V: IntoView>(nonce: &str, view: impl FnOnce() -> V) -> String {
    let owner = Owner::new_root(None);
    let html = owner.with(|| {
        provide_context(Nonce::from_value(nonce));
        view().into_view().to_html()
    });
    owner.unset_with_forced_cleanup();
    // Only islands are hydrated; text cannot forge either word, for its `<` is escaped.
    if html.contains("<leptos-island") {
        html
    } else {
        html.replace(MARKER, "")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use leptos::nonce::use_nonce;

    #[island]
    fn Counter(start: i32) -> impl IntoView {
        view! { <output>{start}" rounds "{start}</output> }
    }

    #[test]
    fn an_island_keeps_its_wrapper_its_props_and_its_markers() {
        let html = render("n", || view! { <p><Counter start=3/></p> });
        assert!(
            html.contains("<leptos-island data-component=\"Counter_"),
            "{html}"
        );
        assert!(
            html.contains("data-props=\"{&quot;start&quot;:3}\""),
            "{html}"
        );
        assert!(html.contains(MARKER), "{html}");
        assert!(!html.contains("__RESOLVED_RESOURCES"), "{html}");
    }

    #[test]
    fn a_page_without_islands_is_plain_html() {
        let html = render("n", || view! { <p>{"a"}{"b"}{None::<String>}</p> });
        assert_eq!(html, "<p>ab</p>");
    }

    #[test]
    fn what_a_person_typed_is_escaped() {
        let typed = "<script>\"x\"</script><!><leptos-island>".to_owned();
        let html = render("n", || view! { <p title=typed.clone()>{typed.clone()}</p> });
        assert!(!html.contains("<script"), "{html}");
        assert!(!html.contains("<leptos-island"), "{html}");
        assert!(html.contains("&lt;script&gt;"), "{html}");
    }

    #[test]
    fn the_nonce_reaches_the_tree() {
        let html = render("abc", || view! { <i nonce=use_nonce()></i> });
        assert_eq!(html, "<i nonce=\"abc\"></i>");
    }
}
