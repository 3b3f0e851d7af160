import { testScenarios } from './support/scenario-tests.js'

testScenarios(2, 3)
