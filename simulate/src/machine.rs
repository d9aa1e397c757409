//! The machine and the date, for the record of a run.

use serde_json::{Value, json};
use sysinfo::{CpuRefreshKind, RefreshKind, System};

/// With the names that the repository's other programs use.
pub(crate) fn json() -> Value {
    let refresh = RefreshKind::nothing().with_cpu(CpuRefreshKind::nothing());
    let brand = System::new_with_specifics(refresh)
        .ok()
        .and_then(|system| Some(system.cpus().first()?.brand().trim().to_owned()));
    json!({
        "date": time::OffsetDateTime::now_utc().date().to_string(),
        "platform": std::env::consts::OS,
        "arch": std::env::consts::ARCH,
        "cpu": brand.filter(|brand| !brand.is_empty()).unwrap_or_else(|| "unknown processor".to_owned()),
        "cores": std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
    })
}

pub(crate) fn describe() -> String {
    let machine = json();
    let [cpu, platform, arch, date] = ["cpu", "platform", "arch", "date"]
        .map(|name| machine[name].as_str().expect("it is text").to_owned());
    format!("{cpu}, {} cores, {platform} {arch}, {date}", machine["cores"])
}
