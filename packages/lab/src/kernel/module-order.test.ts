import { expect, test } from 'vitest'
import { modulesInOrder } from './module-order.js'

const dependencies = `kernel/fs/9p/9p.ko: kernel/net/9p/9pnet.ko kernel/fs/netfs/netfs.ko
kernel/net/9p/9pnet.ko:
kernel/fs/netfs/netfs.ko:
kernel/net/9p/9pnet_virtio.ko: kernel/drivers/virtio/virtio.ko kernel/net/9p/9pnet.ko
kernel/drivers/virtio/virtio.ko:
`

test('each after what it needs, and once', () => {
  expect(modulesInOrder(dependencies, ['9pnet_virtio', '9p'])).toEqual([
    'kernel/net/9p/9pnet.ko',
    'kernel/drivers/virtio/virtio.ko',
    'kernel/net/9p/9pnet_virtio.ko',
    'kernel/fs/netfs/netfs.ko',
    'kernel/fs/9p/9p.ko',
  ])
})

test('a module that is not there is said', () => {
  expect(() => modulesInOrder(dependencies, ['wireguard'])).toThrow('no module wireguard')
})
