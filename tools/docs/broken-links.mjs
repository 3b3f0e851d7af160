import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { root } from '../toolchain.mjs'

/**
 * Links of a page to files or headings that are not there; those to other sites are not looked at.
 * @param {string} page from the root @param {string} text of it
 * @returns {readonly string[]}
 */
export function brokenLinks(page, text) {
  const targets = [...withoutCode(text).matchAll(/\]\(([^()\s]+)\)/g)].map(([, target = '']) => target)
  return targets.filter((target) => !/^[a-z]+:/.test(target) && !leadsSomewhere(page, text, target))
}

/** @param {string} page @param {string} text @param {string} target */
function leadsSomewhere(page, text, target) {
  const [path = '', heading] = target.split('#')
  const file = path === '' ? join(root, page) : join(root, dirname(page), path)
  if (path !== '' && !existsSync(file)) return false
  if (heading === undefined || (path !== '' && statSync(file).isDirectory())) return true
  return headingsIn(path === '' ? text : readFileSync(file, 'utf8')).includes(heading)
}

/** Anchors as GitHub makes them. @param {string} text */
const headingsIn = (text) =>
  [...withoutCode(text).matchAll(/^#+ +(.*)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\- _]/gu, '')
      .replaceAll(' ', '-'),
  )

/** @param {string} text */
const withoutCode = (text) =>
  text.replace(/^```[\s\S]*?^```$/gm, '').replace(/`[^`\n]*`/g, (code) => code.replace(/[[\]()]/g, ' '))
