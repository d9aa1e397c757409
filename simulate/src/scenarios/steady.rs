//! One fleet, left to itself.

use serde_json::json;

use super::{Outcome, Table};
use crate::settings::Settings;
use crate::steady::steady;

pub(super) fn run(settings: &Settings, seed: u64) -> Outcome {
    let figures = json!(steady(settings, seed));
    let figures = figures.as_object().expect("it has fields");
    let rows =
        [figures.keys().cloned().collect(), figures.values().map(ToString::to_string).collect()];
    let mut with_settings = figures.clone();
    with_settings.insert("settings".to_owned(), json!(settings));
    Outcome::new(
        with_settings.into(),
        vec![Table::new("Loads over the mean, on average", rows.to_vec())],
    )
}
