import { defineConfig } from 'tsup'
import { base } from '../../tsup.base.js'

export default defineConfig({ ...base, entry: ['src/*.ts', '!src/*.test.ts'], dts: { entry: 'src/index.ts' } })
