//! What differs between two settings, one place after another.
use serde_json::Value;
use std::collections::BTreeSet;

/// One place where two settings differ; `None` where it is not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// `crematorium.pavilions[sala-1].guests`: elements of lists by their name, or by their place from 0.
    pub path: String,
    pub old: Option<Value>,
    pub new: Option<Value>,
}

/// Every difference in order. Elements of lists are paired by their id, service, case type or date, and otherwise by
/// their place.
pub fn diff(old: &Value, new: &Value) -> Vec<Change> {
    let mut changes = Vec::new();
    compare("", old, new, &mut changes);
    changes
}

fn compare(path: &str, old: &Value, new: &Value, changes: &mut Vec<Change>) {
    match (old, new) {
        (Value::Object(old), Value::Object(new)) => {
            let keys: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
            for key in keys {
                let dot = if path.is_empty() { "" } else { "." };
                let path = format!("{path}{dot}{key}");
                compare_part(&path, old.get(key), new.get(key), changes);
            }
        }
        (Value::Array(old), Value::Array(new)) => {
            let names = names(old).zip(names(new));
            let (old_names, new_names) =
                names.unwrap_or_else(|| (places(old.len()), places(new.len())));
            let find = |names: &[String], list: &[Value], name: &String| {
                let index = names.iter().position(|other| other == name)?;
                list.get(index).cloned()
            };
            let added = new_names.iter().filter(|name| !old_names.contains(name));
            for name in old_names.iter().chain(added) {
                let path = format!("{path}[{name}]");
                let (old, new) = (find(&old_names, old, name), find(&new_names, new, name));
                compare_part(&path, old.as_ref(), new.as_ref(), changes);
            }
        }
        (old, new) if old != new => changes.push(Change {
            path: path.to_owned(),
            old: Some(old.clone()),
            new: Some(new.clone()),
        }),
        _ => {}
    }
}

fn compare_part(path: &str, old: Option<&Value>, new: Option<&Value>, changes: &mut Vec<Change>) {
    match (old, new) {
        (Some(old), Some(new)) => compare(path, old, new, changes),
        (None, None) => {}
        (old, new) => changes.push(Change {
            path: path.to_owned(),
            old: old.cloned(),
            new: new.cloned(),
        }),
    }
}

/// The elements' own names, when each has one and no two are the same.
fn names(list: &[Value]) -> Option<Vec<String>> {
    ["id", "service", "case_type", "date"]
        .iter()
        .find_map(|key| {
            let names: Option<Vec<String>> = list
                .iter()
                .map(|element| Some(element.get(key)?.as_str()?.to_owned()))
                .collect();
            names.filter(|names| names.iter().collect::<BTreeSet<_>>().len() == list.len())
        })
}

fn places(length: usize) -> Vec<String> {
    (0..length).map(|place| place.to_string()).collect()
}
