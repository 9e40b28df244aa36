/** The kind Template: which version of a recipe is the one to build. */
import { column, declareKind, kindNamed, wideColumn } from './define-kind.js';
import type { TemplateSpec, TemplateStatus } from './objects.js';
import { conditions, flag, instant, objectName, observedGeneration, record, text } from './schemas.js';

export const TEMPLATES = kindNamed<TemplateSpec, TemplateStatus>('Template');

const spec = record(
  {
    activeVersion: objectName('The TemplateVersion that is built. Pools of other versions are emptied.'),
    deprecated: text('Says why, and what to use instead. A template that says so is not built any more.', {
      maxLength: 4_096,
    }),
    paused: flag('Nothing is created or deleted in its pools. Claims go on.'),
    invalidatedAt: instant('What was built before is expired, and is built again.'),
  },
  'What is built.',
);

const status = record(
  {
    observedGeneration,
    activeVersion: objectName('The version that its pools are filled with.'),
    previousVersion: objectName('The version that was active before: a surge keeps its instances for a while.'),
    conditions,
  },
  'How far its pools have come.',
);

export const TEMPLATE_DEFINITION = declareKind(TEMPLATES, {
  description: 'Names the version of a recipe that workspaces are built from. Deleting it empties its pools first.',
  shortNames: ['tpl'],
  columns: [
    column('Active', 'string', '.spec.activeVersion'),
    column('Paused', 'boolean', '.spec.paused'),
    column('Deprecated', 'string', '.spec.deprecated'),
    wideColumn('Previous', 'string', '.status.previousVersion'),
  ],
  selectableFields: ['.spec.activeVersion'],
  spec,
  status,
});
