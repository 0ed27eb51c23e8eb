//! `seed`: a municipality's file becomes a revision of the settings.
use super::print;
use crate::cli::{Failure, Seed};
use crate::config::Config;
use crate::installation::{Installation, failure, municipality_of};
use crate::municipality_file;
use desk::settings;

/// `sala seed`: an empty database takes the file; any other shows the difference and wants `--apply`.
pub async fn run(config: &Config, seed: &Seed) -> Result<(), Failure> {
    let municipality = municipality_of(&seed.municipality, "--municipality")?;
    let installation = Installation::open(config).await?;
    let now = installation.clock.now();
    settings::fits(&installation.store, &municipality, now)
        .await
        .map_err(|trouble| failure(&trouble))?;
    let over = settings::overlays(&installation.store, now)
        .await
        .map_err(|trouble| failure(&trouble))?;
    for overlay in over {
        // Said every time: whoever edits the file would otherwise wonder why nothing changes.
        print(&format!(
            "{}: revision {}, made on the staff pages and valid from {}, stays over the file",
            overlay.kind.code(),
            overlay.revision,
            overlay.valid_from
        ))?;
    }
    let current = settings::current(&installation.store, now)
        .await
        .map_err(|trouble| failure(&trouble))?;
    if let Some((revision, old)) = current {
        let changes = municipality_file::diff(&old, &municipality);
        if changes.is_empty() {
            return print(&format!("nothing differs from revision {revision}"));
        }
        print(&changes.join("\n"))?;
        if !seed.apply {
            let count = changes.len();
            return Err(Failure::Other(format!(
                "{count} differences from revision {revision}, not applied; add --apply to apply them"
            )));
        }
    }
    let revision = installation.append(&municipality).await?;
    print(&format!("revision {revision} is in force"))
}
