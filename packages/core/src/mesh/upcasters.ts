import type { EventData, Upcasters } from '../event-format/upcast-event.js'

/**
 * How events of older schema versions become those of today, by type; types that never changed are left out. To change the
 * shape of an event: raise its version in `eventSchemaVersions`, add the step here, and keep a fixture of the new version;
 * the old fixtures stay and must still decode.
 */
export const meshUpcasters: Upcasters = {
  NetworkCreated: [withNewSettings],
  NetworkUpdated: [withNewSettings],
  HostRegistered: [(data) => ({ enrolledFrom: null, ...data })],
  EnrollmentKeyCreated: [(data) => ({ gateway: null, tags: [], ...data })],
}

/** Version 2 of both knows gateways: what they may do, and where virtual ranges come from. */
function withNewSettings(data: EventData): EventData {
  const settings = typeof data.settings === 'object' ? data.settings : {}
  return {
    ...data,
    settings: {
      privateUnderlay: false,
      gatewayBehindInternetGateway: 'refuse',
      virtualPool4: null,
      virtualPool6: null,
      ...settings,
    },
  }
}
