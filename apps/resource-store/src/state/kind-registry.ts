/** The kinds there are: the built-in ones, and one for every CustomResourceDefinition. */
import type { ObjectKey } from '@holdfast/contracts';
import type { JsonObject } from '@holdfast/kernel';
import { coreKinds, kindFromCrd } from '@holdfast/resource';
import type { KindDefinition } from '@holdfast/resource';

const CRDS = { group: 'apiextensions.k8s.io', resource: 'customresourcedefinitions', namespace: '' } as const;

/** Lookups over some kinds; a registry that lies over another one sees through where it knows nothing itself. */
export class KindRegistry {
  /** By CustomResourceDefinition name, `<plural>.<group>`; undefined hides the kind of the registry below. */
  private readonly own = new Map<string, KindDefinition | undefined>();

  private readonly declared = new Set<string>();

  private constructor(private readonly below: KindRegistry | undefined) {}

  static withCoreKinds(): KindRegistry {
    const registry = new KindRegistry(undefined);
    for (const kind of coreKinds) registry.own.set(nameOf(kind.group, kind.plural), kind);
    return registry;
  }

  static over(below: KindRegistry): KindRegistry {
    return new KindRegistry(below);
  }

  get(group: string, resource: string): KindDefinition | undefined {
    return this.named(nameOf(group, resource));
  }

  /** Every kind of a group. */
  *ofGroup(group: string): IterableIterator<KindDefinition> {
    for (const name of this.names()) {
      const kind = this.named(name);
      if (kind?.group === group) yield kind;
    }
  }

  /** Takes in the state of a CustomResourceDefinition; undefined once it is deleted. */
  set(crdName: string, crd: JsonObject | undefined, version: number): void {
    if (crd === undefined) this.declared.delete(crdName);
    else this.declared.add(crdName);
    if (crd !== undefined) this.own.set(crdName, kindFromCrd(crd, version));
    else if (this.below === undefined) this.own.delete(crdName);
    else this.own.set(crdName, undefined);
  }

  /** Every CustomResourceDefinition, also those whose kind is not served. */
  crdKeys(): ObjectKey[] {
    return [...this.declared].map((name) => ({ ...CRDS, name }));
  }

  clear(): void {
    this.own.clear();
  }

  private named(name: string): KindDefinition | undefined {
    return this.own.has(name) ? this.own.get(name) : this.below?.named(name);
  }

  private names(): Set<string> {
    return new Set([...(this.below?.names() ?? []), ...this.own.keys()]);
  }
}

const nameOf = (group: string, plural: string): string => `${plural}.${group}`;
