// The manifests: valid by the schemas of Kubernetes, KEDA and the Prometheus operator, without a field that they don't have,
// and in agreement with each other and with the program.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { parser } from '@prometheus-io/lezer-promql';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { queueKeys } from '../../src/embedders/queue/names.js';
import { exitCodes } from '../../src/exit-codes.js';
import { defaultLimits } from '../../src/gateway/options.js';
import { deployFolder, filesIn, knownVariables, read, root, unknownFlags, version, yamlOf } from './files.js';

interface Manifest {
  file: string;
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string };
  spec: Spec;
  data?: { [key: string]: string };
}
/** What the tests read of workloads, services and policies; the schemas look at the rest. */
interface Spec {
  [key: string]: unknown;
  replicas?: number;
  selector?: { matchLabels?: Labels } & Labels;
  template?: { metadata: { labels: Labels }; spec: PodSpec };
  jobTemplate?: { spec: Spec };
}
type Labels = { [key: string]: string };
interface PodSpec {
  containers: Container[];
  initContainers?: Container[];
  terminationGracePeriodSeconds?: number;
  securityContext: { runAsNonRoot?: boolean; runAsUser?: number };
}
interface Container {
  name: string;
  image: string;
  args?: string[];
  env?: { name: string; value?: string }[];
  ports?: { name: string; containerPort: number }[];
  securityContext: object;
  resources: { requests: Labels; limits: Labels };
  lifecycle?: { preStop: { exec: { command: string[] } } };
  [probe: `${string}Probe`]: { httpGet?: { path: string; port: string } } | undefined;
}

const files = filesIn('kubernetes', /\.yaml$/).filter(
  (file) => !/(kustomization|adapter-values)\.yaml$/.test(file),
);
const manifests = files.flatMap((file) =>
  yamlOf(file).map((document) => ({ ...(document as Manifest), file })),
);
const label = ({ file, kind, metadata }: Manifest) => `${file}: ${kind} ${metadata.name}`;
const find = (kind: string, name: string) =>
  manifests.find((one) => one.kind === kind && one.metadata.name === name)!;

const pods = manifests.flatMap((manifest) => {
  const template = (manifest.spec?.jobTemplate?.spec ?? manifest.spec)?.template;
  return template === undefined ? [] : [{ manifest, template, pod: template.spec }];
});
const containers = pods.flatMap(({ manifest, pod }) =>
  [...(pod.initContainers ?? []), ...pod.containers].map((container) => ({ manifest, pod, container })),
);

describe('schemas', () => {
  /** Where the package with the schemas of an API keeps it. */
  const moduleOf = (apiVersion: string) => {
    if (apiVersion === 'v1') return 'kubernetes-models/v1';
    const [group, version] = apiVersion.split('/') as [string, string];
    if (group === 'keda.sh') return `@kubernetes-models/keda/${apiVersion}`;
    if (group === 'monitoring.coreos.com') return `@kubernetes-models/prometheus-operator/${apiVersion}`;
    return `kubernetes-models/${group}/${version}`;
  };

  test.each(manifests.map((manifest) => [label(manifest), manifest] as const))('%s', async (_, manifest) => {
    const { file, ...body } = manifest;
    const models = createRequire(import.meta.url)(moduleOf(body.apiVersion)) as {
      [kind: string]: new (body: object) => { validate(): void };
    };
    expect(models[body.kind]).toBeDefined();
    new models[body.kind]!(body).validate();
  });

  test('no field that the schemas lack', () => {
    // The schemas let unknown fields pass, as a server does; the compiler, given the same types, doesn't.
    const source = manifests.map(({ file, ...body }, index) => {
      const name = `I${body.kind}`;
      const from = `import type { ${name} as Type${index} } from '${moduleOf(body.apiVersion)}';`;
      return `${from}\nexport const value${index}: Type${index} = ${JSON.stringify(body)};`;
    });
    const file = join(root, 'test/deploy/manifests.generated.ts');
    expect(problemsOf(file, source.join('\n'))).toEqual([]);
  });

  test('the compiler would tell', () => {
    const file = join(root, 'test/deploy/wrong.generated.ts');
    const source = `import type { IPodDisruptionBudget } from 'kubernetes-models/policy/v1';
      export const value: IPodDisruptionBudget = { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget',
        spec: { minAvailabel: 1 } };`;
    expect(problemsOf(file, source)).toEqual([expect.stringContaining('minAvailabel')]);
  });
});

/** What the compiler says to a module that exists in memory only. */
function problemsOf(file: string, source: string): string[] {
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: [],
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = host;
  host.fileExists = (name) => name === file || fileExists(name);
  host.readFile = (name) => (name === file ? source : readFile(name));
  host.getSourceFile = (name, language, ...rest) =>
    name === file
      ? ts.createSourceFile(name, source, language)
      : getSourceFile.call(host, name, language, ...rest);
  const program = ts.createProgram([file], options, host);
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}

describe('kustomize', () => {
  const kustomizations = filesIn('', /^kustomization\.yaml$/);
  const hasKubectl = spawnSync('kubectl', ['version', '--client']).status === 0;
  if (!hasKubectl) console.warn('\n*** KUSTOMIZE IS SKIPPED: kubectl is not on the PATH. ***\n');

  test('every file that is named is there, and every manifest is named', () => {
    const named = kustomizations.flatMap((file) => {
      const { resources = [], configMapGenerator = [] } = parse(read(file)) as {
        resources?: string[];
        configMapGenerator?: { files: string[] }[];
      };
      return [...resources, ...configMapGenerator.flatMap((one) => one.files)].map((path) =>
        join(dirname(file), path),
      );
    });
    expect(named.filter((path) => !existsSync(join(deployFolder, path)))).toEqual([]);
    // A secret is made by hand: applying its template would put a known token in its place.
    const unnamed = files.filter((file) => !named.includes(file));
    expect(unnamed).toEqual(['kubernetes/secret.example.yaml']);
  });

  test.skipIf(!hasKubectl).each(kustomizations)('kubectl builds %s', (file) => {
    const built = execFileSync('kubectl', ['kustomize', join(deployFolder, dirname(file))], {
      encoding: 'utf8',
    });
    expect(built).toMatch(/^kind: /m);
    expect(built).not.toContain('image: embed\n');
  });
});

describe('agreement', () => {
  test.each(containers.map((one) => [`${label(one.manifest)}, ${one.container.name}`, one] as const))(
    '%s: not root, nothing to write on but its volumes, limits',
    (_, { pod, container }) => {
      expect(pod.securityContext).toMatchObject({
        runAsNonRoot: true,
        runAsUser: expect.any(Number),
        seccompProfile: { type: 'RuntimeDefault' },
      });
      expect(pod.securityContext.runAsUser).toBeGreaterThan(0);
      expect(container.securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
      for (const kind of ['requests', 'limits'] as const) {
        expect(Object.keys(container.resources[kind]).sort()).toEqual(['cpu', 'memory']);
      }
    },
  );

  test('images are pinned, and the same as in compose.yaml', () => {
    const { images } = parse(read('kubernetes/kustomization.yaml')) as {
      images: { name: string; newTag: string }[];
    };
    expect(images).toEqual([{ name: 'embed', newTag: version }]);
    const { services } = yamlOf('compose.yaml')[0] as { services: { [name: string]: { image: string } } };
    const composed = new Set(Object.values(services).map(({ image }) => image));
    const pinned = new Set(
      containers.map(({ container: { image } }) => (image === 'embed' ? `embed:${version}` : image)),
    );
    expect(pinned).toEqual(composed);
    for (const image of pinned) expect(image).toMatch(/:\d+\.\d+\.\d+/);
  });

  test('commands have their flags, and variables are read by the program', () => {
    for (const { container } of containers.filter(({ container }) => container.image === 'embed')) {
      expect(unknownFlags(container.args!)).toEqual([]);
      for (const { name } of container.env ?? []) expect(knownVariables).toContain(name);
    }
    for (const { data = {} } of manifests.filter(({ kind }) => kind === 'ConfigMap')) {
      for (const name of Object.keys(data)) expect(knownVariables).toContain(name);
    }
  });

  test('probes ask for ports that are there; those of the gateway for its routes', () => {
    for (const { container } of containers) {
      for (const [name, probe] of Object.entries(container)) {
        if (!name.endsWith('Probe')) continue;
        const { httpGet } = probe as { httpGet?: { path: string; port: string } };
        if (httpGet === undefined) continue;
        expect(container.ports?.map((port) => port.name)).toContain(httpGet.port);
      }
    }
    const { container } = containers.find((one) => one.container.name === 'gateway')!;
    expect(container.livenessProbe?.httpGet?.path).toBe('/health');
    expect(container.startupProbe?.httpGet?.path).toBe('/health');
    expect(container.readinessProbe?.httpGet?.path).toBe('/ready');
    expect(container.ports).toEqual([{ name: 'http', containerPort: 11444 }]);
    expect(container.args!.join(' ')).toContain('--port 11444');
  });

  test('selectors, services and addresses lead to pods', () => {
    const labelled = (wanted: Labels) =>
      pods.filter(({ template }) =>
        Object.entries(wanted).every(([key, value]) => template.metadata.labels[key] === value),
      );
    for (const manifest of manifests.filter(({ kind }) => ['Deployment', 'StatefulSet'].includes(kind))) {
      expect(labelled(manifest.spec.selector!.matchLabels!).map((one) => one.manifest)).toEqual([manifest]);
    }
    const addresses = manifests
      .flatMap(({ kind, data = {} }) => (kind === 'ConfigMap' ? Object.values(data) : []))
      .filter((value) => value.includes('://'));
    const services = manifests.filter(({ kind }) => kind === 'Service');
    for (const { spec, metadata } of services) {
      const [{ pod }] = labelled(spec.selector!) as [(typeof pods)[number]];
      const [{ port, targetPort }] = spec.ports as [{ port: number; targetPort: string }];
      const ports = pod.containers.flatMap((container) => container.ports ?? []);
      expect(ports).toContainEqual({ name: targetPort, containerPort: port });
      if (metadata.name !== 'gateway') {
        expect(addresses.map((address) => new URL(address).host)).toContain(`${metadata.name}:${port}`);
      }
    }
    expect(services.map(({ metadata }) => metadata.name).sort()).toEqual([
      'gateway',
      'ollama',
      'queue',
      'redis',
    ]);
  });

  test('a pod that is told to end gets the time that the gateway takes', () => {
    const { pod, container } = containers.find((one) => one.container.name === 'gateway')!;
    const [sleep, seconds] = container.lifecycle!.preStop.exec.command;
    expect(sleep).toBe('sleep');
    expect(pod.terminationGracePeriodSeconds! * 1000).toBeGreaterThan(
      Number(seconds) * 1000 + defaultLimits.drainMs,
    );
    expect(find('Deployment', 'gateway').spec.replicas).toBe(2);
  });

  test('what a second try heals is tried again, the rest fails the Job', () => {
    const { spec } = find('CronJob', 'ingest');
    expect(spec.concurrencyPolicy).toBe('Forbid');
    const { rules } = spec.jobTemplate!.spec.podFailurePolicy as {
      rules: { action: string; onExitCodes?: { containerName: string; values: number[] } }[];
    };
    const failing = rules.find(({ action }) => action === 'FailJob')!.onExitCodes!;
    expect(failing.values).toEqual([exitCodes.usage, exitCodes.someFailed, exitCodes.output]);
    expect(failing.containerName).toBe('ingest');
  });

  test('an Indexed Job makes as many shards as it has pods to complete, and merge makes one output of them', () => {
    const { spec } = find('Job', 'shards');
    expect(spec.completionMode).toBe('Indexed');
    const argsOf = (name: string) => containers.find((one) => one.container.name === name)!.container.args!;
    const shards = containers.find((one) => one.manifest.metadata.name === 'shards')!.container.args!;
    expect(shards[shards.indexOf('--shard') + 1]).toBe(`auto/${spec.completions}`);
    expect(argsOf('merge')).toContain(shards[shards.indexOf('--out') + 1]);
    const { rules } = spec.podFailurePolicy as {
      rules: { action: string; onExitCodes?: { values: number[] } }[];
    };
    expect(rules.at(-1)).toMatchObject({
      action: 'FailIndex',
      onExitCodes: { values: [exitCodes.usage, exitCodes.someFailed, exitCodes.output] },
    });
    const images = ['kubernetes', 'kubernetes/shards', 'kubernetes/merge', 'kubernetes/workers'].map(
      (folder) => (parse(read(`${folder}/kustomization.yaml`)) as { images: unknown }).images,
    );
    expect(images).toEqual(images.map(() => images[0]));
  });

  test('Redis drops old vectors before it uses up its memory, by the policy that doctor recommends', () => {
    const { container } = containers.find((one) => one.container.name === 'redis')!;
    expect(container.args!.join(' ')).toContain('--maxmemory 1gb --maxmemory-policy volatile-lru');
    expect(container.resources).toMatchObject({ requests: { memory: '512Mi' }, limits: { memory: '2Gi' } });
  });

  test('the queue drops nothing, and its workers show the metric that their autoscaler follows', () => {
    const { container } = containers.find((one) => one.container.name === 'queue')!;
    expect(container.args!.join(' ')).toContain('--maxmemory-policy noeviction');
    const worker = containers.find((one) => one.container.name === 'worker')!.container;
    const port = worker.args![worker.args!.indexOf('--metrics-port') + 1];
    expect(worker.ports).toEqual([{ name: 'metrics', containerPort: Number(port) }]);
    const { metrics } = find('HorizontalPodAutoscaler', 'worker').spec as {
      metrics: { external: { metric: { name: string } } }[];
    };
    const { rules } = parse(read('kubernetes/monitoring/adapter-values.yaml')) as {
      rules: { external: { name: { as: string } }[] };
    };
    expect(metrics[0]!.external.metric.name).toBe(rules.external[0]!.name.as);
    expect(readFileSync(join(root, 'src/worker/metrics-server.ts'), 'utf8')).toContain("'queue_waiting'");
  });

  test('KEDA looks at what a queue keeps in Redis', () => {
    const { triggers } = find('ScaledObject', 'worker').spec as {
      triggers: { metadata: { address: string; databaseIndex: string; listName: string } }[];
    };
    const keys = queueKeys('default');
    expect(triggers.map(({ metadata }) => metadata.listName)).toEqual([
      keys.wanted,
      ...['wait', 'prioritized', 'active'].map(keys.bull),
    ]);
    const address = find('ConfigMap', 'embed-queue').data!.EMBED_QUEUE!;
    for (const { metadata } of triggers) {
      expect(`redis://${metadata.address}/${metadata.databaseIndex}`).toBe(
        address.replace('queue', 'queue.embed.svc.cluster.local'),
      );
    }
  });

  test('the autoscaler follows a metric that the adapter makes of one of ours', () => {
    const { metrics } = find('HorizontalPodAutoscaler', 'gateway').spec as {
      metrics: { pods: { metric: { name: string } } }[];
    };
    const { rules } = parse(read('kubernetes/monitoring/adapter-values.yaml')) as {
      rules: { custom: { seriesQuery: string; name: { as: string }; metricsQuery: string }[] };
    };
    const [rule] = rules.custom;
    expect(metrics.map(({ pods }) => pods.metric.name)).toEqual([rule!.name.as]);
    const query = rule!.metricsQuery
      .replace('<<.Series>>', 'embed_queue_size')
      .replace('<<.LabelMatchers>>', 'namespace="embed"')
      .replace('<<.GroupBy>>', 'pod');
    for (const expression of [rule!.seriesQuery, query]) {
      let errors = 0;
      parser.parse(expression).iterate({
        enter: ({ type }) => {
          if (type.isError) errors++;
        },
      });
      expect(errors, expression).toBe(0);
    }
  });
});
