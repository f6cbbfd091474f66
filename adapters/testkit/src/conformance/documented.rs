//! What documentation says of a transport, against what the transport can do.

use super::Ability;

/// Checks a table of `markdown` that has a column for each transport and a row for each [`Ability`], by its
/// [title](Ability::title): that the column headed `transport` says `yes` where the transport is able, and `no` where it is
/// not. A comma and other words may follow.
///
/// # Errors
///
/// What is missing or wrong, a line for each.
pub fn documented(is_able: impl Fn(Ability) -> bool, transport: &str, markdown: &str) -> Result<(), String> {
    let rows = || markdown.lines().map(cells).filter(|cells| cells.len() > 1);
    let is_head = |cells: &Vec<&str>| cells.contains(&transport) && cells.contains(&TITLE);
    let head = rows().find(is_head).ok_or_else(|| format!("no table has a column `{transport}`"))?;
    let column = head.iter().position(|cell| *cell == transport).unwrap_or_default();
    let wrong: Vec<String> = Ability::ALL
        .into_iter()
        .filter_map(|ability| {
            let expected = if is_able(ability) { "yes" } else { "no" };
            let row = rows().find(|cells| cells.contains(&ability.title()));
            match row.as_ref().and_then(|cells| cells.get(column)) {
                None => Some(format!("no row says whether it {}", ability.title())),
                Some(said) if said.split(',').next() == Some(expected) => None,
                Some(said) => {
                    Some(format!("{transport}: it {}: {expected}, and not {said:?}", ability.title()))
                }
            }
        })
        .collect();
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n")) }
}

/// The head of the column with the abilities.
const TITLE: &str = "the transport";

/// The cells of a row; none of another line.
fn cells(line: &str) -> Vec<&str> {
    let row = line.trim().strip_prefix('|').and_then(|row| row.strip_suffix('|'));
    row.map(|row| row.split('|').map(str::trim).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A table whose rows say `yes` or what is given.
    fn table(said: impl Fn(Ability) -> &'static str) -> String {
        let rows = Ability::ALL.map(|ability| format!("| {} | yes | {} |\n", ability.title(), said(ability)));
        format!("Text.\n\n| the transport | one | another |\n|---|---|---|\n{}", rows.concat())
    }

    fn but_stale(ability: Ability) -> bool {
        ability != Ability::Stale
    }

    #[test]
    fn what_is_said_must_be_so() {
        let right = table(|ability| if but_stale(ability) { "yes" } else { "no, it cannot" });
        assert_eq!(documented(but_stale, "another", &right), Ok(()));
        assert_eq!(documented(|_| true, "one", &right), Ok(()));
        for (transport, is_able) in [("one", but_stale as fn(Ability) -> bool), ("another", |_| true)] {
            let wrong = documented(is_able, transport, &right).unwrap_err();
            assert_eq!(wrong.lines().count(), 1, "{wrong}");
            assert!(wrong.contains(Ability::Stale.title()), "{wrong}");
        }
    }

    #[test]
    fn nothing_may_be_missing() {
        let whole = table(|_| "yes");
        assert!(documented(|_| true, "third", &whole).is_err());
        let cut: String = whole.lines().filter(|line| !line.contains(Ability::Reuse.title())).collect();
        assert!(documented(|_| true, "one", &cut).is_err());
        assert!(documented(|_| true, "one", &table(|_| "yesterday").replace("| yes", "| ")).is_err());
    }
}
