import type { Upcasters } from '../event-format/upcast-event.js'

/**
 * How events of older schema versions become those of today, by type; types that never changed are left out. To change the
 * shape of an event: raise its version in `eventSchemaVersions`, add the step here, and keep a fixture of the new version;
 * the old fixtures stay and must still decode.
 */
export const meshUpcasters: Upcasters = {}
