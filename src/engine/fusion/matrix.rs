//! Matrices of two rows and columns, as the filter's blocks are.

use serde::{Deserialize, Serialize};

/// A vector of the plane: east, north.
pub type Vector = [f64; 2];

/// A matrix of two rows and columns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Matrix {
    /// Row one, column one.
    pub a: f64,
    /// Row one, column two.
    pub b: f64,
    /// Row two, column one.
    pub c: f64,
    /// Row two, column two.
    pub d: f64,
}

impl Matrix {
    /// The unit matrix times a factor.
    pub const fn scalar(by: f64) -> Self {
        Matrix { a: by, b: 0.0, c: 0.0, d: by }
    }

    /// The covariance with one variance along a direction and another across it; `along` is a unit vector.
    pub fn oriented(along: Vector, along_m2: f64, across_m2: f64) -> Self {
        let [e, n] = along;
        let mixed = (along_m2 - across_m2) * e * n;
        Matrix { a: along_m2 * e * e + across_m2 * n * n, b: mixed, c: mixed, d: along_m2 * n * n + across_m2 * e * e }
    }

    /// The product of a column and a row.
    pub fn outer(x: Vector, y: Vector) -> Self {
        Matrix { a: x[0] * y[0], b: x[0] * y[1], c: x[1] * y[0], d: x[1] * y[1] }
    }

    /// The sum.
    pub fn plus(self, o: Matrix) -> Self {
        Matrix { a: self.a + o.a, b: self.b + o.b, c: self.c + o.c, d: self.d + o.d }
    }

    /// The difference.
    pub fn minus(self, o: Matrix) -> Self {
        self.plus(o.times(-1.0))
    }

    /// This times a factor.
    pub fn times(self, by: f64) -> Self {
        Matrix { a: self.a * by, b: self.b * by, c: self.c * by, d: self.d * by }
    }

    /// The product with another matrix.
    pub fn of(self, o: Matrix) -> Self {
        Matrix {
            a: self.a * o.a + self.b * o.c,
            b: self.a * o.b + self.b * o.d,
            c: self.c * o.a + self.d * o.c,
            d: self.c * o.b + self.d * o.d,
        }
    }

    /// The product with a vector.
    pub fn apply(self, x: Vector) -> Vector {
        [self.a * x[0] + self.b * x[1], self.c * x[0] + self.d * x[1]]
    }

    /// Rows for columns.
    pub fn transposed(self) -> Self {
        Matrix { b: self.c, c: self.b, ..self }
    }

    /// The determinant.
    pub fn determinant(self) -> f64 {
        self.a * self.d - self.b * self.c
    }

    /// The inverse of a covariance; of one without extent the zero matrix.
    pub fn inverse(self) -> Self {
        let determinant = self.determinant();
        if determinant <= 0.0 {
            return Matrix::default();
        }
        Matrix { a: self.d, b: -self.b, c: -self.c, d: self.a }.times(1.0 / determinant)
    }

    /// The mean with its transpose: rounding cannot make a covariance lopsided.
    pub fn symmetric(self) -> Self {
        let mixed = 0.5 * (self.b + self.c);
        Matrix { b: mixed, c: mixed, ..self }
    }

    /// The squared length of a vector in standard deviations of this covariance.
    pub fn distance_squared(self, x: Vector) -> f64 {
        dot(x, self.inverse().apply(x))
    }
}

/// The sum of two vectors.
pub fn add(x: Vector, y: Vector) -> Vector {
    [x[0] + y[0], x[1] + y[1]]
}

/// The difference of two vectors.
pub fn subtract(x: Vector, y: Vector) -> Vector {
    [x[0] - y[0], x[1] - y[1]]
}

/// A vector times a factor.
pub fn scale(x: Vector, by: f64) -> Vector {
    [x[0] * by, x[1] * by]
}

/// The scalar product.
pub fn dot(x: Vector, y: Vector) -> f64 {
    x[0] * y[0] + x[1] * y[1]
}

/// The length of a vector.
pub fn length(x: Vector) -> f64 {
    libm::sqrt(dot(x, x))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_covariance_times_its_inverse_is_one() {
        let r = Matrix::oriented([0.6, 0.8], 144.0, 900.0);
        let one = r.of(r.inverse());
        for (value, wanted) in [(one.a, 1.0), (one.b, 0.0), (one.c, 0.0), (one.d, 1.0)] {
            assert!((value - wanted).abs() < 1e-12);
        }
        assert!((r.distance_squared([0.6 * 12.0, 0.8 * 12.0]) - 1.0).abs() < 1e-12, "one sigma along");
        assert!((r.distance_squared([-0.8 * 30.0, 0.6 * 30.0]) - 1.0).abs() < 1e-12, "one sigma across");
        assert_eq!(Matrix::default().inverse(), Matrix::default());
    }
}
