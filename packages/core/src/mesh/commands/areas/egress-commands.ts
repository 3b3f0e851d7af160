/** Commands about egress: a line in each table for each of them. */
import { type AddEgress, addEgressCodec, decideAddEgress } from '../add-egress.js'
import { decideRemoveEgress, type RemoveEgress, removeEgressCodec } from '../remove-egress.js'
import { decideUpdateEgress, type UpdateEgress, updateEgressCodec } from '../update-egress.js'
import type { CommandTables } from './command-tables.js'

/** Commands about egress. */
export type EgressCommand = AddEgress | RemoveEgress | UpdateEgress

export const egressCommands: CommandTables<EgressCommand> = {
  codecs: {
    AddEgress: addEgressCodec,
    RemoveEgress: removeEgressCodec,
    UpdateEgress: updateEgressCodec,
  },
  rules: {
    AddEgress: decideAddEgress,
    RemoveEgress: decideRemoveEgress,
    UpdateEgress: decideUpdateEgress,
  },
}
