import { testScenarios } from './support/scenario-tests.js'

testScenarios(0, 3)
