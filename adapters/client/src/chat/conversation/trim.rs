//! What is forgotten of a history.

use crate::chat::Message;

/// Keeps the instructions and the last `turns`.
pub(super) fn trim(messages: &mut Vec<Message>, turns: usize) {
    let mut users_turn = false;
    let mut starts = Vec::new();
    for (at, message) in messages.iter().enumerate().filter(|(_, message)| !is_instruction(message)) {
        let is_user = message.role() == "user";
        if is_user && !users_turn {
            starts.push(at);
        }
        users_turn = is_user;
    }
    let Some(forgotten) = starts.len().checked_sub(turns).filter(|&forgotten| forgotten > 0) else { return };
    let kept_from = starts.get(forgotten).copied().unwrap_or(messages.len());
    let mut at = 0;
    messages.retain(|message| {
        at += 1;
        at > kept_from || is_instruction(message)
    });
}

fn is_instruction(message: &Message) -> bool {
    matches!(message.role(), "system" | "developer")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A history in letters: `s`ystem, `d`eveloper, `u`ser, `a`ssistant, `t`ool.
    fn history(letters: &str) -> Vec<Message> {
        let role = |letter| match letter {
            's' => "system",
            'd' => "developer",
            'u' => "user",
            'a' => "assistant",
            _ => "tool",
        };
        letters.chars().enumerate().map(|(at, letter)| Message::new(role(letter), at.to_string())).collect()
    }

    #[test]
    fn the_instructions_and_the_last_turns_stay() {
        for (letters, turns, kept) in [
            ("", 0, vec![]),
            ("s", 0, vec![0]),
            ("suaua", 2, vec![0, 1, 2, 3, 4]),
            ("suaua", 9, vec![0, 1, 2, 3, 4]),
            ("suaua", 1, vec![0, 3, 4]),
            ("suaua", 0, vec![0]),
            // Calls stay with their results.
            ("suattatauattta", 1, vec![0, 8, 9, 10, 11, 12, 13]),
            ("suattatauattta", 2, (0..14).collect()),
            // Several messages of the user are one turn, also around instructions.
            ("uuauuau", 2, vec![3, 4, 5, 6]),
            ("ususaua", 1, vec![1, 3, 5, 6]),
            // Instructions stay wherever they stand; what came before the first turn goes with it.
            ("dauasuadua", 1, vec![0, 4, 7, 8, 9]),
            ("aua", 1, vec![0, 1, 2]),
            // No turn at all.
            ("saa", 0, vec![0, 1, 2]),
        ] {
            let mut messages = history(letters);
            trim(&mut messages, turns);
            let left = messages.iter().map(|message| message.text().parse().unwrap()).collect::<Vec<usize>>();
            assert_eq!(left, kept, "{letters} to {turns}");
        }
    }
}
