import { modelCases } from './support/model-cases.js'

modelCases({ prepare: async () => {} })
