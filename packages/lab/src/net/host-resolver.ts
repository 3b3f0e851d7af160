/** Hosts that resolve names in one way or another, with a server of their own that they ask. */
import { join } from 'node:path'
import type { ResolverPackage } from '../tools/resolver-packages.js'
import { waitUntil } from '../wait-until.js'
import type { Host } from './host.js'

/** How a host resolves names: `file` has nothing but the C library. */
export type HostResolver = 'file' | ResolverPackage

/** A folder with the programs that the resolver brings along; `folder` is where its package is unpacked. */
export async function makeResolver(host: Host, kind: HostResolver, folder: string, server: string): Promise<string> {
  switch (kind) {
    case 'file':
      await host.sh(`printf '# by hand\\nnameserver ${server}\\nsearch lan' > /etc/resolv.conf`)
      return folder
    case 'openresolv':
      return makeOpenresolv(host, folder, server)
    case 'resolvconf':
      return makeDebianResolvconf(host, folder, server)
    case 'systemd-resolved':
      return startResolved(host, folder, server)
  }
}

/** The package's own programs, with the folders of the machine that they name moved into the host's. */
const moved = (from: string, to: string) =>
  `mkdir -p ${to} && cp -r ${from}/. ${to}/ && find ${to} -type f -exec sed -i 's#/lib/resolvconf#/run/rc/lib#g; s#/etc/resolvconf#/run/rc/etc#g' {} +`

async function makeOpenresolv(host: Host, folder: string, server: string): Promise<string> {
  await host.sh(
    `${moved(`${folder}/sbin`, '/run/rc')} && ${moved(`${folder}/lib/resolvconf`, '/run/rc/lib')} && mkdir /run/rc/etc
     sed -i 's#/run/rc/etc.conf#/run/rc/resolvconf.conf#g' /run/rc/resolvconf /run/rc/lib/*; sed 's/^#.*//' ${folder}/etc/resolvconf.conf > /run/rc/resolvconf.conf
     echo 'nameserver ${server}' | /run/rc/resolvconf -a eth0.dhcp`,
  )
  return '/run/rc'
}

async function makeDebianResolvconf(host: Host, folder: string, server: string): Promise<string> {
  await host.sh(
    `${moved(`${folder}/sbin`, '/run/rc')} && ${moved(`${folder}/lib/resolvconf`, '/run/rc/lib')} && ${moved(`${folder}/etc/resolvconf`, '/run/rc/etc')}
     mkdir -p /run/resolvconf/interface && ln -sf /run/resolvconf/resolv.conf /etc/resolv.conf
     /run/rc/resolvconf --enable-updates && echo 'nameserver ${server}' | /run/rc/resolvconf -a eth0.dhclient`,
  )
  return '/run/rc'
}

const busConfig = `<busconfig><type>system</type><listen>unix:path=/run/dbus/system_bus_socket</listen><auth>EXTERNAL</auth>
<policy context="default"><allow user="*"/><allow own="*"/><allow send_type="method_call"/><allow send_destination="*"/><allow eavesdrop="true"/></policy>
</busconfig>`

/** Without a service manager, on a bus of its own; as root, since a sandbox may have no other user. */
async function startResolved(host: Host, folder: string, server: string): Promise<string> {
  await host.sh(
    `mkdir -p /run/dbus /run/systemd/resolve && echo '${busConfig}' > /run/bus.conf
     for file in passwd group; do cat /etc/$file > /run/$file; rm /etc/$file; mv /run/$file /etc/$file; done
     echo 'systemd-resolve:x:0:0::/:/bin/sh' >> /etc/passwd; echo 'systemd-resolve:x:0:' >> /etc/group
     ln -sf /run/systemd/resolve/stub-resolv.conf /etc/resolv.conf`,
  )
  host.spawn('dbus-daemon', ['--config-file=/run/bus.conf', '--nofork', '--nopidfile'])
  await waitUntil('there is a bus', async () => (await host.trySh('test -S /run/dbus/system_bus_socket')).code === 0)
  host.spawn(join(folder, 'lib/systemd/systemd-resolved'))
  const tools = join(folder, 'usr/bin')
  const tell = `${tools}/resolvectl dns eth0 ${server}`
  await waitUntil('systemd-resolved answers', async () => (await host.trySh(tell)).code === 0)
  return tools
}
