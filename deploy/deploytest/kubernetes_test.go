package deploytest

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	apps "k8s.io/api/apps/v1"
	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
	policy "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"
)

// A kustomization has the fields that kustomization.yaml uses.
type kustomization struct {
	meta.TypeMeta `json:",inline"`
	Namespace     string   `json:"namespace"`
	Resources     []string `json:"resources"`
	Images        []struct {
		Name   string `json:"name"`
		NewTag string `json:"newTag"`
	} `json:"images"`
}

// A cluster has the objects of the folder kubernetes.
type cluster struct {
	namespace  core.Namespace
	account    core.ServiceAccount
	config     core.ConfigMap
	deployment apps.Deployment
	budget     policy.PodDisruptionBudget
	network    networking.NetworkPolicy
}

// readCluster decodes all files that kustomization.yaml lists, which are all. The
// decoder refuses fields that the types of Kubernetes do not have.
func readCluster(t *testing.T) *cluster {
	t.Helper()
	var c cluster
	var k kustomization
	decode := func(name string, into any) {
		if err := yaml.UnmarshalStrict([]byte(read(t, "kubernetes/"+name)), into); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	decode("kustomization.yaml", &k)
	objects := map[string]any{
		"namespace.yaml": &c.namespace, "serviceaccount.yaml": &c.account, "configmap.yaml": &c.config, "deployment.yaml": &c.deployment,
		"poddisruptionbudget.yaml": &c.budget, "networkpolicy.yaml": &c.network,
	}
	for name, into := range objects {
		decode(name, into)
	}
	if listed := slices.Sorted(slices.Values(k.Resources)); !slices.Equal(listed, slices.Sorted(maps.Keys(objects))) {
		t.Errorf("kustomization.yaml lists %q", listed)
	}
	files, err := filepath.Glob("../kubernetes/*")
	if err != nil || len(files) != len(objects)+1 {
		t.Errorf("the folder has %q, %v", files, err)
	}
	if k.Namespace != c.namespace.Name || k.Images[0].Name != c.deployment.Spec.Template.Spec.Containers[0].Image {
		t.Errorf("kustomization.yaml has another namespace or image: %+v", k)
	}
	return &c
}

func TestKubernetesKinds(t *testing.T) {
	c := readCluster(t)
	for want, got := range map[string]meta.TypeMeta{
		"v1 Namespace": c.namespace.TypeMeta, "v1 ServiceAccount": c.account.TypeMeta, "v1 ConfigMap": c.config.TypeMeta,
		"apps/v1 Deployment": c.deployment.TypeMeta, "policy/v1 PodDisruptionBudget": c.budget.TypeMeta,
		"networking.k8s.io/v1 NetworkPolicy": c.network.TypeMeta,
	} {
		if got := got.APIVersion + " " + got.Kind; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

// TestKubernetesReferences checks that the objects find each other.
func TestKubernetesReferences(t *testing.T) {
	c := readCluster(t)
	d := c.deployment.Spec
	labels := d.Template.Labels
	for name, selector := range map[string]map[string]string{
		"Deployment": d.Selector.MatchLabels, "PodDisruptionBudget": c.budget.Spec.Selector.MatchLabels,
		"NetworkPolicy": c.network.Spec.PodSelector.MatchLabels, "topology": d.Template.Spec.TopologySpreadConstraints[0].LabelSelector.MatchLabels,
	} {
		if len(selector) == 0 || !maps.Equal(selector, labels) {
			t.Errorf("%s selects %v, the pods have %v", name, selector, labels)
		}
	}
	if least := c.budget.Spec.MinAvailable.IntValue(); least < 1 || least >= int(*d.Replicas) {
		t.Errorf("%d of %d must stay, so a node can never be drained, or takes all", least, *d.Replicas)
	}
	pod := d.Template.Spec
	if pod.ServiceAccountName != c.account.Name {
		t.Errorf("the account is %s, want %s", pod.ServiceAccountName, c.account.Name)
	}
	ports := map[string]int32{}
	for _, p := range pod.Containers[0].Ports {
		ports[p.Name] = p.ContainerPort
	}
	ops := fmt.Sprint(ports["ops"])
	if c.network.Spec.Ingress[0].Ports[0].Port.String() != "ops" || d.Template.Annotations["prometheus.io/port"] != ops {
		t.Errorf("metrics are not reached at the port ops, %s", ops)
	}
	for _, v := range pod.Volumes {
		if v.ConfigMap != nil && v.ConfigMap.Name != c.config.Name {
			t.Errorf("there is no ConfigMap %s", v.ConfigMap.Name)
		}
	}
	testSecrets(t, pod)
	variables := map[string]string{}
	for _, v := range pod.Containers[0].Env {
		if strings.HasPrefix(v.Name, "MABSBOT_") {
			variables[v.Name] = "" // the Secret need not have it
		}
	}
	loaded := load(t, c.config.Data["mabsbot.yaml"], variables)
	if !loaded.Store.URL.IsSet() || !loaded.Store.Key.IsSet() || loaded.Ops.Addr != "0.0.0.0:"+ops {
		t.Errorf("the database or its key is not set, or ops.addr is %s", loaded.Ops.Addr)
	}
}

// testSecrets checks that secrets are given by reference, and that README.md makes
// every key.
func testSecrets(t *testing.T, pod core.PodSpec) {
	keys := map[string]bool{}
	for _, v := range pod.Containers[0].Env {
		secret := strings.HasSuffix(v.Name, "_TOKEN") || strings.HasSuffix(v.Name, "_KEY") || strings.HasSuffix(v.Name, "_PASSWORD") || strings.HasSuffix(v.Name, "_SECRET")
		if secret && (v.Value != "" || v.ValueFrom.SecretKeyRef.Name != "mabsbot") {
			t.Errorf("%s is no reference to the Secret mabsbot", v.Name)
		}
		if secret {
			keys[v.ValueFrom.SecretKeyRef.Key] = true
		}
	}
	for _, v := range pod.Volumes {
		if v.Secret == nil {
			continue
		}
		for _, item := range v.Secret.Items {
			keys[item.Key] = true
		}
	}
	if len(keys) < 5 {
		t.Errorf("the Secret has the keys %v", keys)
	}
	for key := range keys {
		if !strings.Contains(read(t, "README.md"), key) {
			t.Errorf("README.md does not name %s, a key of the Secret", key)
		}
	}
}

// TestKubernetesSecurity checks that the pod keeps to the restricted profile
// (https://kubernetes.io/docs/concepts/security/pod-security-standards/) and to more.
func TestKubernetesSecurity(t *testing.T) {
	pod := readCluster(t).deployment.Spec.Template.Spec
	p, c := pod.SecurityContext, pod.Containers[0]
	if !*p.RunAsNonRoot || *p.RunAsUser != 65532 || p.SeccompProfile.Type != core.SeccompProfileTypeRuntimeDefault {
		t.Errorf("the pod has %+v", p)
	}
	if s := c.SecurityContext; *s.AllowPrivilegeEscalation || !*s.ReadOnlyRootFilesystem || !slices.Equal(s.Capabilities.Drop, []core.Capability{"ALL"}) || len(s.Capabilities.Add) > 0 {
		t.Errorf("the container has %+v", s)
	}
	if *pod.AutomountServiceAccountToken || *pod.EnableServiceLinks || pod.HostNetwork || pod.HostPID || pod.HostIPC {
		t.Error("the pod reaches the API server or the node")
	}
	for _, v := range c.VolumeMounts {
		if !v.ReadOnly {
			t.Errorf("%s can be written", v.MountPath)
		}
	}
}

// TestKubernetesProbes checks the probes and the resources.
func TestKubernetesProbes(t *testing.T) {
	pod := readCluster(t).deployment.Spec.Template.Spec
	c := pod.Containers[0]
	for want, probe := range map[string]*core.Probe{"/livez": c.LivenessProbe, "/readyz": c.ReadinessProbe} {
		if h := probe.HTTPGet; h == nil || h.Path != want || h.Port.String() != "ops" {
			t.Errorf("%+v, want %s of the port ops", probe, want)
		}
	}
	if grace := *pod.TerminationGracePeriodSeconds; grace < 10 {
		t.Errorf("%d s to end, want more than the 8 s that the program needs", grace)
	}
	limit := c.Resources.Limits[core.ResourceMemory]
	for _, name := range []core.ResourceName{core.ResourceCPU, core.ResourceMemory} {
		if c.Resources.Requests.Name(name, resource.DecimalSI).IsZero() {
			t.Errorf("no %s is requested", name)
		}
	}
	for _, v := range c.Env {
		if v.Name != "GOMEMLIMIT" {
			continue
		}
		if soft := resource.MustParse(strings.TrimSuffix(v.Value, "B")); soft.Cmp(limit) >= 0 {
			t.Errorf("GOMEMLIMIT %s is not below the limit %s", v.Value, limit.String())
		}
	}
	if limit.IsZero() {
		t.Error("memory has no limit")
	}
}
