//! Tables on a terminal.

use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, Table as Lines};
use simulate::scenarios::Table;

/// The first column is left-aligned, the others right-aligned.
pub(crate) fn text(table: &Table) -> String {
    let mut lines = Lines::new();
    lines.load_style(NOTHING).add_rows(table.rows.iter().cloned());
    for (i, column) in lines.column_iter_mut().enumerate() {
        column.set_padding((0, 2));
        column.set_cell_alignment(if i == 0 { CellAlignment::Left } else { CellAlignment::Right });
    }
    let lines = lines.lines().map(|line| format!("\n{}", line.trim_end())).collect::<String>();
    format!("{}{}", table.caption, if table.rows.is_empty() { "" } else { &lines })
}
