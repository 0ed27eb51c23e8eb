//! The wasm entry: hydrate islands, nothing else.

// Without this the islands' exports vanish from the module.
#[expect(unused_imports, reason = "linked for its exports")]
use app::*;

#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    leptos::mount::hydrate_islands();
}
