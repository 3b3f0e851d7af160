import { testScenarios } from './support/scenario-tests.js'

testScenarios(1, 3)
