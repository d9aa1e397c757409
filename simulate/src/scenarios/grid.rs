//! Runs that differ in two things, as the rows and columns of a table.

use indicatif::{ProgressBar, ProgressStyle};
use rayon::prelude::*;
use serde_json::{Value, json};

use super::Table;
use crate::measures::{Figures, figure, mean, text};
use crate::settings::Settings;

/// The figures of each row with each column.
pub(super) struct Grid<R, C> {
    rows: Vec<(String, R)>,
    columns: Vec<(String, C)>,
    /// What each seed gave: for each column of the first row, then of the next.
    cells: Vec<Vec<Run>>,
}

/// The figures of one run, and one that was taken again and again.
pub(super) struct Run {
    pub(super) figures: Figures,
    pub(super) series: Vec<f64>,
}

impl From<Figures> for Run {
    fn from(figures: Figures) -> Self {
        Self { figures, series: Vec::new() }
    }
}

impl<R: Copy + Sync, C: Copy + Sync> Grid<R, C> {
    /// Calls `run` for each row, column and seed, on all cores, and shows the progress.
    pub(super) fn run<T: Into<Run>>(
        name: &str,
        rows: impl IntoIterator<Item = (String, R)>,
        columns: impl IntoIterator<Item = (String, C)>,
        seeds: &[u64],
        run: impl Fn(R, C, u64) -> T + Sync,
    ) -> Self {
        let (rows, columns): (Vec<_>, Vec<_>) =
            (rows.into_iter().collect(), columns.into_iter().collect());
        let jobs: Vec<(R, C, u64)> = rows
            .iter()
            .flat_map(|&(_, row)| columns.iter().map(move |&(_, column)| (row, column)))
            .flat_map(|(row, column)| seeds.iter().map(move |&seed| (row, column, seed)))
            .collect();
        let bar = progress(jobs.len(), name);
        let runs: Vec<Run> = jobs
            .par_iter()
            .with_max_len(1)
            .map(|&(row, column, seed)| {
                let found = run(row, column, seed).into();
                bar.inc(1);
                found
            })
            .collect();
        bar.finish_and_clear();
        let mut runs = runs.into_iter();
        let count = rows.len() * columns.len();
        let cells = (0..count).map(|_| runs.by_ref().take(seeds.len()).collect()).collect();
        Self { rows, columns, cells }
    }

    fn cell(&self, row: usize, column: usize) -> &[Run] {
        &self.cells[row * self.columns.len() + column]
    }

    /// A table for each figure: its caption, name and digits.
    pub(super) fn tables(&self, corner: &str, list: &[(&str, &str, usize)]) -> Vec<Table> {
        let table = |&(caption, name, digits): &(&str, &str, usize)| {
            let columns = self.columns.iter().map(|(name, _)| name.as_str());
            let cell = |row, i| text(figures(self.cell(row, i), name), digits);
            self.table(caption, corner, columns, |row| {
                (0..self.columns.len()).map(|i| cell(row, i)).collect()
            })
        };
        list.iter().map(table).collect()
    }

    /// A table of all figures of the first column.
    pub(super) fn figures(&self, caption: &str, corner: &str) -> Table {
        let names = || self.cells[0][0].figures.iter().map(|(name, _)| *name);
        self.table(caption, corner, names(), |row| {
            names().map(|name| text(figures(self.cell(row, 0), name), 3)).collect()
        })
    }

    fn table<'a>(
        &self,
        caption: &str,
        corner: &'a str,
        names: impl Iterator<Item = &'a str>,
        cells: impl Fn(usize) -> Vec<String>,
    ) -> Table {
        let heading = std::iter::once(corner).chain(names).map(str::to_owned).collect();
        let rows = (0..)
            .zip(&self.rows)
            .map(|(i, (name, _))| std::iter::once(name.clone()).chain(cells(i)).collect());
        Table { caption: caption.into(), rows: std::iter::once(heading).chain(rows).collect() }
    }

    /// A record of each cell that `describe` has a description of: that, and the means of
    /// the figures of these names.
    pub(super) fn records(
        &self,
        names: &[&str],
        describe: impl Fn(R, C) -> Option<Value>,
    ) -> Vec<Value> {
        let mut records = Vec::new();
        for (i, &(_, row)) in (0..).zip(&self.rows) {
            for (j, &(_, column)) in (0..).zip(&self.columns) {
                let runs = self.cell(i, j);
                let Some(mut record) = describe(row, column) else { continue };
                for name in names {
                    record[name] = json!(mean(figures(runs, name)));
                }
                let length = runs[0].series.len();
                if length > 0 {
                    let at = |i: usize| mean(runs.iter().map(|run| run.series[i]));
                    record["series"] = (0..length).map(at).collect();
                }
                records.push(record);
            }
        }
        records
    }
}

fn figures(runs: &[Run], name: &str) -> impl Iterator<Item = f64> + Clone {
    runs.iter().map(move |run| figure(&run.figures, name))
}

/// What the caption of a chart says of the fleet, and its records.
pub(super) fn chart(base: &Settings, records: Vec<Value>) -> Value {
    let Settings { servers, clients, pool, interval, mean, .. } = base;
    json!({
        "servers": servers, "clients": clients, "pool": pool, "interval": interval, "mean": mean,
        "records": records,
    })
}

/// The progress of a run, on a terminal; elsewhere nothing is shown.
pub(super) fn progress(steps: usize, what: &str) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:30} {percent:>3}%  {elapsed}  {msg}")
        .expect("the template is right");
    ProgressBar::new(steps as u64).with_style(style).with_message(what.to_owned())
}
