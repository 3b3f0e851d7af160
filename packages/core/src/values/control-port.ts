/** UDP: where agents answer each other at control addresses. Nothing else of a host is reached there, and WireGuard can't listen there. */
export const controlPort = 51_822
