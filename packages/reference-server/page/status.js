// The status page: asks for the admin token, keeps it in this tab, and shows what the API tells. Texts from the server become text
// nodes, never HTML.

const TOKEN = 'meshfold-token'
const SHOWN_EVENTS = 30
const REFRESH_MS = 5000
const SETTLE_MS = 250
const COME_BACK_MS = 2000
const RETRY = 'Change what cut it off, or run on the host: meshfold-agent retry'

/** @param {string} id */
const at = (id) => /** @type {HTMLElement} */ (document.getElementById(id))

/**
 * @param {string} name
 * @param {{ className?: string }} [properties]
 * @param {...(string | Node)} children
 */
const element = (name, properties = {}, ...children) => {
  const node = Object.assign(document.createElement(name), properties)
  node.append(...children)
  return node
}

/** @param {string} path @param {AbortSignal} [signal] */
const ask = async (path, signal) => {
  const response = await fetch(`/api/v1${path}`, {
    headers: { authorization: `Bearer ${sessionStorage.getItem(TOKEN)}` },
    cache: 'no-store',
    ...(signal === undefined ? {} : { signal }),
  })
  if (response.ok) return response
  const { error } = await response.json().catch(() => ({ error: { code: 'unreadable', message: response.statusText } }))
  if (response.status === 401) signOut(error.message)
  throw new Error(error.message)
}

/** @param {string} path */
const askJson = async (path) => (await ask(path)).json()

/** @param {string} text */
const say = (text) => {
  at('connection').textContent = text
}

let session = new AbortController()

/** @param {string} [problem] */
function signOut(problem = '') {
  session.abort()
  sessionStorage.removeItem(TOKEN)
  at('content').hidden = true
  at('sign-out').hidden = true
  at('sign-in').hidden = false
  at('sign-in-problem').textContent = problem
  say('Not signed in')
  at('token').focus()
}

function signIn() {
  session = new AbortController()
  at('events').replaceChildren()
  at('sign-in').hidden = true
  at('content').hidden = false
  at('sign-out').hidden = false
  void follow(session.signal)
  void keepFresh(session.signal)
}

/** @param {AbortSignal} signal */
async function keepFresh(signal) {
  while (!signal.aborted) {
    await refresh().catch((error) => say(error.message))
    await pause(REFRESH_MS)
  }
}

/** @type {number | undefined} */
let settling
/** Many events at once ask for one refresh. */
const refreshSoon = () => {
  clearTimeout(settling)
  settling = setTimeout(() => void refresh().catch(() => {}), SETTLE_MS)
}

async function refresh() {
  const [{ mesh }, { hosts, next }, { clients, next: nextClient }] = await Promise.all([
    askJson('/mesh'),
    askJson('/hosts?limit=500'),
    askJson('/clients?limit=500'),
  ])
  at('mesh-name').textContent = mesh.name
  document.title = `${mesh.name} · Meshfold`
  at('figures').replaceChildren(
    ...[
      [
        'Hosts',
        `${mesh.hosts}, ${mesh.online} online here${mesh.diverged > 0 ? `, ${mesh.diverged} not as configured` : ''}`,
      ],
      ['Nodes', mesh.nodes],
      ['Networks', mesh.networks],
      ['Revision', mesh.asOf.revision],
      ['Epoch', mesh.asOf.epoch],
      ['Domain', mesh.domain],
    ].map(([title, text]) => element('div', {}, element('dt', {}, title), element('dd', {}, String(text)))),
  )
  at('hosts').replaceChildren(...hosts.map((/** @type {any} */ host) => hostRow(host, mesh)))
  at('no-hosts').hidden = hosts.length > 0
  at('hosts-title').textContent = next === null ? 'Hosts' : `The first ${hosts.length} hosts`
  at('clients').replaceChildren(...clients.map(clientRow))
  at('clients-section').hidden = clients.length === 0
  at('clients-title').textContent = nextClient === null ? 'Clients' : `The first ${clients.length} clients`
}

/** @param {any} client */
const clientRow = ({ name, networkName, addresses, gateway, enabled, isStale, pending }) => {
  const state = enabled ? 'enabled' : 'disabled'
  return element(
    'tr',
    {},
    element('td', {}, name),
    pending === null
      ? element('td', {}, state)
      : element('td', { className: 'trouble' }, `${state}, pending: ${pending.message}`),
    element('td', {}, `${networkName}: ${addresses.join(' ')}`),
    element('td', {}, gateway.name),
    element('td', {}, isStale ? 'stale' : '–'),
  )
}

/** @param {any} host @param {any} mesh */
const hostRow = (host, mesh) => {
  const { presence, nodes, endpoints } = host
  const [text, className] = stateOf(presence)
  const applied = presence.acknowledged?.revision
  return element(
    'tr',
    {},
    element('td', {}, host.name),
    element('td', { className }, text),
    element('td', {}, ...nodes.flatMap(nodeLines)),
    element('td', {}, ...lines(endpoints.map((/** @type {any} */ { endpoint }) => endpoint))),
    element(
      'td',
      {},
      applied === undefined ? '–' : applied === mesh.asOf.revision ? `${applied}, newest` : String(applied),
    ),
  )
}

/** @param {any} presence */
const stateOf = ({ online, outcome, drift, detail, lastContactEpochMs }) => {
  if (!online) return [lastContactEpochMs === null ? 'not seen' : `away since ${clockTime(lastContactEpochMs)}`, 'away']
  if (outcome === 'failed') return [`online, failing: ${detail ?? 'no detail'}`, 'trouble']
  if (outcome === 'reverted') return [`online, diverged: ${detail ?? 'no detail'}. ${RETRY}`, 'trouble']
  return drift.length > 0 ? [`online, drifted: ${drift.join('; ')}`, 'trouble'] : ['online', 'online']
}

/** @param {any} node */
const nodeLines = ({ networkName, address4, address6, status, gateway }) => {
  const addresses = [address4, address6].filter((address) => address !== null).join(' ')
  return [
    `${networkName}: ${addresses}${status === 'active' ? '' : ` (${status})`}${gatewayText(gateway)}`,
    element('br'),
  ]
}

/** @param {any} gateway */
const gatewayText = (gateway) => {
  if (gateway === null) return ''
  const unproven = gateway.endpoints.filter((/** @type {any} */ { proof }) => proof === 'unproven')
  const places = unproven.map((/** @type {any} */ { endpoint }) => endpoint).join(', ')
  const role = gateway.internet ? 'internet gateway' : 'gateway'
  return places === ''
    ? `, ${role}`
    : `, ${role}, unproven: nobody has arrived at ${places} yet. Is the port forwarded?`
}

/** @param {string[]} texts */
const lines = (texts) => texts.flatMap((text) => [text, element('br')])

/** Events as they come; after a break those that were missed come first. @param {AbortSignal} signal */
async function follow(signal) {
  let next = -1
  while (!signal.aborted) {
    try {
      if (next < 0) next = Math.max(0, (await askJson('/mesh')).mesh.asOf.revision + 1 - SHOWN_EVENTS)
      const response = await ask(`/events/stream?from=${next}`, signal)
      say('Live')
      for await (const event of eventsOf(response)) {
        if (event.revision < next) continue
        next = event.revision + 1
        showEvent(event)
        refreshSoon()
      }
    } catch (error) {
      if (signal.aborted) return
      say(`Not live: ${error instanceof Error ? error.message : error}`)
    }
    await pause(COME_BACK_MS)
  }
}

/** Server-sent events from a fetched body: `EventSource` could not send the token. @param {Response} response */
async function* eventsOf(response) {
  const reader = /** @type {ReadableStream<Uint8Array>} */ (response.body)
    .pipeThrough(new TextDecoderStream())
    .getReader()
  for (let rest = ''; ; ) {
    const { done, value } = await reader.read()
    if (done) return
    const blocks = (rest + value).split('\n\n')
    rest = blocks.pop() ?? ''
    for (const block of blocks) {
      const data = block.split('\n').find((line) => line.startsWith('data: '))
      if (data !== undefined) yield JSON.parse(data.slice('data: '.length))
    }
  }
}

/** @param {any} event */
const showEvent = ({ revision, atEpochMs, description, actor }) => {
  const list = at('events')
  list.prepend(
    element(
      'li',
      {},
      element('time', {}, `${revision} · ${clockTime(atEpochMs)} `),
      description,
      element('time', {}, ` · ${actor}`),
    ),
  )
  while (list.children.length > SHOWN_EVENTS) list.lastElementChild?.remove()
}

/** @param {number} epochMs */
const clockTime = (epochMs) => new Date(epochMs).toLocaleString()

/** @param {number} delayMs */
const pause = (delayMs) => new Promise((resolve) => setTimeout(resolve, delayMs))

at('sign-in').addEventListener('submit', (submit) => {
  submit.preventDefault()
  const input = /** @type {HTMLInputElement} */ (at('token'))
  sessionStorage.setItem(TOKEN, input.value.trim())
  input.value = ''
  signIn()
})
at('sign-out').addEventListener('click', () => signOut())

if (sessionStorage.getItem(TOKEN) === null) signOut()
else signIn()
