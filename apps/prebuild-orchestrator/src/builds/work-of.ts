/** All that a worker is told of a build, from the Workspace and the version that it is built from. */
import type { Parameters, TemplateVersionSpec } from '@holdfast/prebuild';
import type { Job, Work } from '@holdfast/provision';

import { allowedMs } from './apply-report.js';
import type { Workspace } from './workspace.js';

export const workOf = (workspace: Workspace, job: Job, version: TemplateVersionSpec, now: Date): Work => {
  const { metadata, spec, status } = workspace;
  const { exec, container, config, name } = version.provisioner;
  const { readiness } = version;
  return {
    job,
    owner: spec.owner,
    workspaceName: spec.name ?? metadata.name,
    ...(spec.claimRef === undefined ? {} : { claim: { name: spec.claimRef.name, uid: spec.claimRef.uid } }),
    provisioner: {
      name,
      ...(exec === undefined ? {} : { exec: { ...exec } }),
      ...(container === undefined ? {} : { container: structuredClone(container) as Work['provisioner']['container'] }),
      ...(config === undefined ? {} : { config: { ...config } }),
    },
    parameters: parametersOf(spec.parameters, version),
    ...(readiness === undefined ? {} : { readiness: structuredClone(readiness) as Work['readiness'] }),
    timeouts: { ...version.timeouts },
    endpoints: (status.endpoints ?? []).map((endpoint) => ({ ...endpoint })),
    deadline: new Date(now.getTime() + allowedMs(job, version.timeouts)).toISOString(),
  };
};

/** What nobody has given is as the version says. */
const parametersOf = (
  given: Parameters,
  { parameters }: TemplateVersionSpec,
): Record<string, string | number | boolean> => ({
  ...Object.fromEntries(parameters.flatMap(({ name, default: value }) => (value === undefined ? [] : [[name, value]]))),
  ...given,
});
