/** The protocol's tests need real cryptography, which core itself does not have: the one adapter of the port, from its source. */
export { nodeCrypto } from '../../transport-ws/src/node-crypto.js'
