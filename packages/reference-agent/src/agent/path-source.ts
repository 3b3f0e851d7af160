import {
  type ChosenPaths,
  type ConfigChange,
  createPathChooser,
  type HostConfig,
  type HostId,
  type PathChooser,
} from '@meshfold/core'

/** Who chooses by which peer each path of a config goes. */
export interface PathSource {
  /** `undefined` before `begin`. */
  readonly chosen: ChosenPaths | undefined
  /** For the first config that there is. */
  readonly begin: (config: HostConfig) => void
  /** `change` leads from the last config to this one. Answers which peers have other AllowedIPs now. */
  readonly update: (config: HostConfig, change: ConfigChange) => Iterable<HostId>
  /** There is no config any more; one that comes is the first again. */
  readonly end: () => void
}

/** As the server has ordered them: for who knows nothing of anybody's health. */
export class ConfiguredPaths implements PathSource {
  #chooser: PathChooser | undefined
  #routing: HostConfig['routing'] | undefined

  get chosen(): ChosenPaths | undefined {
    return this.#chooser?.chosen
  }

  begin(config: HostConfig): void {
    this.#chooser = createPathChooser(config)
    this.#routing = config.routing
  }

  update(config: HostConfig, change: ConfigChange): Iterable<HostId> {
    const routing = config.routing === this.#routing ? {} : { routing: config.routing }
    this.#routing = config.routing
    return this.#chooser?.update({ ...change, ...routing }).hosts ?? []
  }

  end(): void {
    this.#chooser = undefined
  }
}
