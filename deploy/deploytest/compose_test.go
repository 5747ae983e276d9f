package deploytest

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"
)

// TestCompose loads compose.yaml as docker compose does, by its schema, and checks
// how the services run.
func TestCompose(t *testing.T) {
	p, err := loader.LoadWithContext(t.Context(), types.ConfigDetails{
		WorkingDir: "..", ConfigFiles: []types.ConfigFile{{Filename: "../compose.yaml"}}, Environment: types.Mapping{},
	}, func(o *loader.Options) { o.SetProjectName("mabsbot", true) })
	if err != nil {
		t.Fatal(err)
	}
	for name, s := range p.Services {
		if !slices.Contains(s.SecurityOpt, "no-new-privileges:true") {
			t.Errorf("%s may gain privileges", name)
		}
		for _, port := range s.Ports {
			if port.HostIP != "127.0.0.1" {
				t.Errorf("%s is open to other machines: %+v", name, port)
			}
		}
		for _, v := range s.Volumes {
			if v.Type != types.VolumeTypeBind {
				continue
			}
			if _, err := os.Stat(v.Source); err != nil || !v.ReadOnly {
				t.Errorf("%s mounts %s: %v, read-only %t", name, v.Source, err, v.ReadOnly)
			}
		}
	}
	for name := range p.Secrets {
		if want := "secrets/" + name; !strings.Contains(read(t, "README.md"), want) {
			t.Errorf("README.md does not say how to make %s", want)
		}
	}
	testBot(t, p.Services["mabsbot"])
}

func testBot(t *testing.T, s types.ServiceConfig) {
	if !s.ReadOnly || s.User != "65532:65532" || !slices.Equal(s.CapDrop, []string{"ALL"}) {
		t.Errorf("read-only %t, user %s, without the capabilities %q", s.ReadOnly, s.User, s.CapDrop)
	}
	if len(s.Tmpfs) > 0 || len(s.Volumes) > 0 {
		t.Errorf("it has folders to write to: %v, %v", s.Tmpfs, s.Volumes)
	}
	if s.HealthCheck == nil || len(s.HealthCheck.Test) < 3 || !slices.Equal(s.HealthCheck.Test[:3], []string{"CMD", "/mabsbot", "health"}) {
		t.Errorf("the health check is %+v", s.HealthCheck)
	}
	if s.Deploy == nil || s.Deploy.Replicas == nil || *s.Deploy.Replicas != 2 {
		t.Fatalf("%+v, want two replicas", s.Deploy)
	}
	// The replicas share the variables, so each needs a port of the host.
	if got := fmt.Sprint(s.Ports[0].Published); got != "8080-8081" {
		t.Errorf("the console has the ports %s, want one for each replica", got)
	}
	variables := map[string]string{}
	for name, value := range s.Environment {
		if strings.HasPrefix(name, "MABSBOT_") && value != nil {
			variables[name] = *value
		}
	}
	c := load(t, "", variables)
	if !c.Store.URL.IsSet() || !c.Store.Key.IsSet() || !c.Console.Password.IsSet() || c.Ops.Addr != "0.0.0.0:8081" {
		t.Error("the database, its key, the password or the address of metrics is not set")
	}
	for _, name := range []string{"MABSBOT_SLACK_BOT_TOKEN", "MABSBOT_SLACK_APP_TOKEN", "MABSBOT_DISCORD_TOKEN"} {
		if _, ok := variables[name]; !ok {
			t.Errorf("%s does not reach the bot", name)
		}
	}
}
