//! Fleets that differ in a kind and in one figure, as the rows and columns of a table.

use serde_json::{Value, json};

use super::{Table, progress};
use crate::settings::Settings;
use crate::steady::{Averaged, sweep};

/// The results of all kinds with all figures.
pub(super) struct Grid<K> {
    kinds: Vec<(String, K)>,
    figures: Vec<(String, f64)>,
    /// Those of the first kind, figure by figure, then those of the next kind.
    results: Vec<Averaged>,
}

impl<K: Copy> Grid<K> {
    /// Runs a fleet for each kind and figure, with each seed. `vary` makes its settings;
    /// `name` is shown beside the progress.
    pub(super) fn run(
        name: &str,
        kinds: Vec<(String, K)>,
        figures: Vec<(String, f64)>,
        seeds: &[u64],
        vary: impl Fn(K, f64) -> Settings,
    ) -> Self {
        let bar = progress(kinds.len() * figures.len() * seeds.len(), name);
        let list: Vec<Settings> =
            cells(&kinds, &figures).map(|(kind, figure)| vary(kind, figure)).collect();
        let results = sweep(&list, seeds, || bar.inc(1));
        bar.finish_and_clear();
        Self { kinds, figures, results }
    }

    /// A row for each kind and a column for each figure from `first` on. `show` makes a
    /// cell from a result.
    pub(super) fn table(
        &self,
        caption: impl Into<String>,
        corner: &str,
        first: usize,
        show: impl Fn(&Averaged) -> String,
    ) -> Table {
        let names = |list: &mut dyn Iterator<Item = &String>| -> Vec<(String, usize)> {
            list.cloned().zip(0..).collect()
        };
        let columns = names(&mut self.figures.iter().map(|(name, _)| name));
        let rows = names(&mut self.kinds.iter().map(|(name, _)| name));
        Table::crossed(caption, corner, &columns[first..], &rows, |row, column| {
            show(&self.results[row * self.figures.len() + column])
        })
    }

    /// Every result as JSON, with what `describe` says of its kind and figure.
    pub(super) fn rows<const N: usize>(
        &self,
        describe: impl Fn(K, f64) -> [(&'static str, Value); N],
    ) -> Vec<Value> {
        cells(&self.kinds, &self.figures)
            .zip(&self.results)
            .map(|((kind, figure), result)| {
                let mut row = json!(result);
                for (name, value) in describe(kind, figure) {
                    row[name] = value;
                }
                row
            })
            .collect()
    }
}

/// Each kind with each figure, in the order of the results.
fn cells<K: Copy>(
    kinds: &[(String, K)],
    figures: &[(String, f64)],
) -> impl Iterator<Item = (K, f64)> {
    kinds.iter().flat_map(move |&(_, kind)| figures.iter().map(move |&(_, figure)| (kind, figure)))
}
