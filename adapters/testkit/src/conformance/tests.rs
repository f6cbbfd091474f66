//! What the suite holds, and how it reports.

use std::collections::HashSet;

use super::*;

#[test]
fn behaviours_are_many_and_told_apart() {
    let mut all = 0;
    for theme in Theme::ALL {
        let names = theme.names();
        let unique: HashSet<_> = names.iter().collect();
        assert_eq!(unique.len(), names.len(), "a name is used twice in {theme}: {names:?}");
        all += names.len();
    }
    assert!(all >= 250, "only {all} behaviours");
}

fn report() -> Report {
    let mut report = Report::default();
    let fates = [
        Fate::Passed,
        Fate::Failed(vec!["stream: act 0: expected this".to_owned(), "create: act 0: and that".to_owned()]),
        Fate::LeftOut(vec![Ability::Reuse]),
    ];
    for (name, fate) in ["is well", "is a|b", "is not seen"].into_iter().zip(fates) {
        report.push(Run { theme: Theme::Framing, name, needs: Vec::new(), calls: 2, fate });
    }
    report
}

#[test]
fn a_report_is_a_table() {
    assert_eq!(
        report().markdown(),
        "| theme | the server | calls | outcome |\n\
         |---|---|---|---|\n\
         | framing | is well | 2 | passed |\n\
         | framing | is a\\|b | 2 | **failed** |\n\
         | framing | is not seen | 2 | left out: Reuse |\n"
    );
    assert_eq!(report().left_out().collect::<Vec<_>>(), ["is not seen"]);
}

#[test]
#[should_panic(
    expected = "1 of 3 behaviours failed:\nframing: is a|b: stream: act 0: expected this\nframing: is a|b: create: act 0: and that\n"
)]
fn a_failure_is_named() {
    report().assert();
}

#[test]
#[should_panic(expected = "nothing to run")]
fn an_empty_report_is_no_success() {
    Report::default().assert();
}
