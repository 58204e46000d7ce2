//! Numbers that look random, the same in every run.

/// xorshift64. The state must not be zero.
pub struct Random(pub u64);

impl Random {
    /// Returns a number below `limit`.
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) as usize % limit
    }

    /// Returns one of `items`.
    pub fn one_of<'i, T: ?Sized>(&mut self, items: &[&'i T]) -> &'i T {
        items[self.below(items.len())]
    }

    /// Joins up to `limit` of `pieces`.
    pub fn text(&mut self, pieces: &[&str], limit: usize) -> String {
        (0..self.below(limit + 1)).map(|_| self.one_of(pieces)).collect()
    }
}
