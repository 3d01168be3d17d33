//! What people export with: their defaults, their presets, and what the places they publish to ask for. Orders nothing.

mod defaults;
mod presets;
mod recommendations;
mod view;

use super::Deps;

/// All operations on settings.
pub type Operations = (defaults::ExportDefaults, presets::Presets, recommendations::Recommendations);

/// All operations on settings on their handles.
pub fn operations(deps: &Deps) -> Operations {
    let Deps { store, clock, .. } = deps.clone();
    (
        defaults::ExportDefaults { store: store.clone(), clock: clock.clone() },
        presets::Presets { store, clock },
        recommendations::Recommendations,
    )
}
