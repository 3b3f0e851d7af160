import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export interface PageFile {
  readonly path: string
  readonly mediaType: string
  readonly text: string
}

const FILES = [
  { path: '/', file: 'index.html', mediaType: 'text/html; charset=utf-8' },
  { path: '/status.js', file: 'status.js', mediaType: 'text/javascript; charset=utf-8' },
  { path: '/status.css', file: 'status.css', mediaType: 'text/css; charset=utf-8' },
  { path: '/favicon.svg', file: 'favicon.svg', mediaType: 'image/svg+xml' },
] as const

/** The page's files, read once. */
export const statusPage = (): readonly PageFile[] => {
  const folder = pageFolder(dirname(fileURLToPath(import.meta.url)))
  return FILES.map(({ path, file, mediaType }) => ({ path, mediaType, text: readFileSync(join(folder, file), 'utf8') }))
}

/** The package's `page` folder: one step up from the build, more from the source. */
const pageFolder = (from: string): string => {
  const folder = join(from, 'page')
  if (existsSync(join(folder, 'index.html'))) return folder
  const parent = dirname(from)
  if (parent === from) throw new Error('the files of the status page are missing from this installation')
  return pageFolder(parent)
}
