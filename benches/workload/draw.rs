//! Numbers that look drawn and are the same every time.

/// A generator of numbers: PCG XSH RR 64/32 (O'Neill 2014).
pub(crate) struct Draw(u64);

impl Draw {
    /// A stream of its own for each purpose, so that a change to one leaves the others as they are.
    pub(crate) fn stream(purpose: u64) -> Draw {
        let mut draw = Draw(purpose.wrapping_mul(0x2545_F491_4F6C_DD1D).wrapping_add(0x5851_F42D));
        draw.next();
        draw
    }

    fn next(&mut self) -> u32 {
        let old = self.0;
        self.0 = old.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let mixed = ((old >> 18 ^ old) >> 27) as u32;
        mixed.rotate_right((old >> 59) as u32)
    }

    /// 0 up to, not including, `n`.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        ((u64::from(self.next()) * n as u64) >> 32) as usize
    }

    /// 0 up to, not including, 1.
    pub(crate) fn unit(&mut self) -> f64 {
        f64::from(self.next()) / (f64::from(u32::MAX) + 1.0)
    }

    /// True so many times in a hundred.
    pub(crate) fn percent(&mut self, of_hundred: f64) -> bool {
        self.unit() * 100.0 < of_hundred
    }

    /// 0 up to, not including, `n`; small ones much more often.
    pub(crate) fn skewed(&mut self, n: usize) -> usize {
        (self.unit().powi(3) * n as f64) as usize
    }

    pub(crate) fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }

    pub(crate) fn shuffle<T>(&mut self, list: &mut [T]) {
        for at in (1..list.len()).rev() {
            list.swap(at, self.below(at + 1));
        }
    }
}
