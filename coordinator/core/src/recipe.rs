//! Comes next: recipe.
