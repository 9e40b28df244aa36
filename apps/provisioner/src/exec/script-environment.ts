/** The whole environment of a script: nothing of the service's own gets there. */
import type { Work } from '@holdfast/provision';

export interface ScriptPlace {
  readonly folder: string;
  readonly port: number;
  /** The file that scripts add endpoints to. */
  readonly endpointsFile: string;
}

/** Of the service's environment. */
export interface HostVariables {
  readonly path: string;
  readonly lang: string;
}

export const scriptEnvironment = (work: Work, place: ScriptPlace, host: HostVariables): Record<string, string> => ({
  PATH: host.path,
  LANG: host.lang,
  HOME: place.folder,
  HOLDFAST_ENDPOINTS: place.endpointsFile,
  HOLDFAST_WORKSPACE_DIR: place.folder,
  HOLDFAST_WORKSPACE_PORT: String(place.port),
  ...workspaceVariables(work),
});

/** What a workspace may know of itself, wherever it runs. */
export const workspaceVariables = ({ job, owner, workspaceName, parameters }: Work): Record<string, string> => ({
  HOLDFAST_WORKSPACE_NAMESPACE: job.namespace,
  HOLDFAST_WORKSPACE_NAME: workspaceName,
  HOLDFAST_WORKSPACE_UID: job.uid,
  HOLDFAST_WORKSPACE_OWNER: owner,
  HOLDFAST_WORKSPACE_BUILD: String(job.build),
  ...Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [`HOLDFAST_PARAM_${variableName(name)}`, String(value)]),
  ),
});

const variableName = (name: string): string => name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_');
