//! The table, as people read it.

/// One measure: what the bare broadcast needs, what the measured server needs, and what it must.
#[derive(Debug, Clone)]
pub struct Row {
    pub measure: String,
    pub unit: &'static str,
    pub bare: Option<f64>,
    pub measured: f64,
    /// Median of the ratios within the pairs; none where the goal is an absolute value.
    pub ratio: Option<f64>,
    pub must: Option<f64>,
    pub aim: Option<f64>,
}

impl Row {
    /// The number that the goal is about.
    pub fn judged(&self) -> f64 {
        self.ratio.unwrap_or(self.measured)
    }

    fn verdict(&self) -> &'static str {
        match self.must {
            Some(must) if self.judged() > must => "MISSED",
            Some(_) => "ok",
            None => "",
        }
    }
}

pub fn print(rows: &[Row], name: &str) {
    let wide = rows.iter().map(|row| row.measure.chars().count()).max().unwrap_or_default();
    println!("| {:wide$} | {:>10} | {name:>10} | {:4} | ratio | must | aim  |        |", "measure", "bare", "");
    println!("| {:-<wide$} | ---------: | ---------: | ---- | ----: | ---: | ---: | ------ |", "");
    for row in rows {
        println!(
            "| {:wide$} | {:>10} | {:>10} | {:4} | {:>5} | {:>4} | {:>4} | {:6} |",
            row.measure,
            number(row.bare),
            number(Some(row.measured)),
            row.unit,
            number(row.ratio),
            goal(row.must),
            goal(row.aim),
            row.verdict(),
        );
    }
}

fn number(value: Option<f64>) -> String {
    value.map_or_else(String::new, |value| if value < 100.0 { format!("{value:.2}") } else { format!("{value:.0}") })
}

fn goal(value: Option<f64>) -> String {
    value.map_or_else(String::new, |value| format!("{value}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_goal_is_judged_by_the_ratio_where_there_is_one() {
        let row = |measured, ratio| Row {
            measure: "m".into(),
            unit: "us",
            bare: None,
            measured,
            ratio,
            must: Some(1.0),
            aim: None,
        };
        assert_eq!(row(9.0, Some(0.9)).verdict(), "ok");
        assert_eq!(row(0.1, Some(1.1)).verdict(), "MISSED");
        assert_eq!(row(1.1, None).verdict(), "MISSED");
    }
}
