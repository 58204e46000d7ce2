//! Rounds in random order, so that other work of the machine affects all contenders alike.

use std::time::{SystemTime, UNIX_EPOCH};

/// Returns each of `count` indices once per round, each round in another order (Fisher–Yates, with
/// xorshift).
pub fn shuffled(count: usize, rounds: usize) -> Vec<usize> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is later than 1970");
    let mut state = since.as_nanos() as u64 | 1;
    let mut order: Vec<usize> = (0..count).cycle().take(count * rounds).collect();
    for round in order.chunks_mut(count.max(1)) {
        for last in (1..round.len()).rev() {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            round.swap(last, (state % (last as u64 + 1)) as usize);
        }
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_round_has_each_index_once_and_not_always_in_the_same_order() {
        let order = shuffled(5, 100);
        for round in order.chunks(5) {
            let mut sorted = round.to_vec();
            sorted.sort_unstable();
            assert_eq!(sorted, [0, 1, 2, 3, 4]);
        }
        assert!(order.chunks(5).any(|round| round != &order[..5]));
        assert!(shuffled(0, 3).is_empty());
    }
}
