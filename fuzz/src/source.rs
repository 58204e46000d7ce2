//! What is made of the bytes that libFuzzer gives.

/// The bytes that are left: zeros when it has ended.
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

    /// The next `count` bytes, or as many as there are.
    pub fn take(&mut self, count: usize) -> &'a [u8] {
        let (taken, rest) = self.bytes.split_at(count.min(self.bytes.len()));
        self.bytes = rest;
        taken
    }

    /// Up to 31 bytes.
    pub fn bytes(&mut self) -> Vec<u8> {
        let len = usize::from(self.byte() % 32);
        self.take(len).to_vec()
    }
}
