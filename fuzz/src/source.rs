//! Values from libFuzzer's bytes.

/// The remaining bytes, followed by zeros.
pub struct Source<'a> {
    pub bytes: &'a [u8],
}

impl<'a> Source<'a> {
    pub fn array<const N: usize>(&mut self) -> [u8; N] {
        let taken = self.take(N);
        let mut array = [0; N];
        array[..taken.len()].copy_from_slice(taken);
        array
    }

    pub fn byte(&mut self) -> u8 {
        let [byte] = self.array();
        byte
    }

    pub fn short(&mut self) -> usize {
        u16::from_le_bytes(self.array()).into()
    }

    /// Returns the next `count` bytes, or fewer at the end.
    pub fn take(&mut self, count: usize) -> &'a [u8] {
        let (taken, rest) = self.bytes.split_at(count.min(self.bytes.len()));
        self.bytes = rest;
        taken
    }

    /// Returns at most 31 bytes.
    pub fn bytes(&mut self) -> Vec<u8> {
        let len = usize::from(self.byte() % 32);
        self.take(len).to_vec()
    }
}
