// SPDX-License-Identifier: Apache-2.0
//
// For tests: a config.json in which every member of the runtime-spec 1.3 for Linux is set to something that
// differs from its absence.
#pragma once

#include <string_view>

namespace masu::spec {

inline constexpr std::string_view kFullConfig = R"({
  "ociVersion": "1.3.0",
  "root": {"path": "rootfs", "readonly": true},
  "hostname": "box",
  "domainname": "example.org",
  "process": {
    "terminal": true,
    "consoleSize": {"height": 24, "width": 80},
    "user": {"uid": 1000, "gid": 100, "umask": 18, "additionalGids": [5, 6]},
    "args": ["sh", "-c", "true"],
    "env": ["PATH=/bin", "TERM=xterm"],
    "cwd": "/work",
    "capabilities": {
      "bounding": ["CAP_CHOWN", "CAP_KILL", "CAP_FROM_THE_FUTURE"],
      "effective": ["CAP_KILL"],
      "inheritable": ["CAP_CHOWN"],
      "permitted": ["CAP_CHOWN", "CAP_KILL"],
      "ambient": ["CAP_CHECKPOINT_RESTORE"]
    },
    "rlimits": [
      {"type": "RLIMIT_NOFILE", "soft": 1024, "hard": 4096},
      {"type": "RLIMIT_CORE", "soft": 18446744073709551615, "hard": 18446744073709551615}
    ],
    "noNewPrivileges": true,
    "apparmorProfile": "profile",
    "selinuxLabel": "system_u:system_r:container_t:s0",
    "oomScoreAdj": -500,
    "scheduler": {
      "policy": "SCHED_DEADLINE",
      "flags": ["SCHED_FLAG_RECLAIM", "SCHED_FLAG_RESET_ON_FORK"],
      "runtime": 10000000, "deadline": 20000000, "period": 30000000
    },
    "ioPriority": {"class": "IOPRIO_CLASS_RT", "priority": 4},
    "execCPUAffinity": {"initial": "0-1", "final": "3,5-9:1/2"}
  },
  "mounts": [
    {"destination": "/proc", "type": "proc", "source": "proc"},
    {
      "destination": "/data", "type": "none", "source": "/srv", "options": ["rbind", "ro"],
      "uidMappings": [{"containerID": 1, "hostID": 2000, "size": 10}],
      "gidMappings": [{"containerID": 1, "hostID": 3000, "size": 20}]
    }
  ],
  "hooks": {
    "prestart": [{"path": "/h/prestart", "args": ["prestart", "1"], "env": ["A=b"], "timeout": 5}],
    "createRuntime": [{"path": "/h/create-runtime", "env": []}],
    "createContainer": [{"path": "/h/create-container"}],
    "startContainer": [{"path": "/h/start-container"}],
    "poststart": [{"path": "/h/poststart"}],
    "poststop": [{"path": "/h/poststop"}]
  },
  "annotations": {"org.example/key.one": "value", "empty": ""},
  "linux": {
    "namespaces": [
      {"type": "pid"}, {"type": "network", "path": "/run/netns/box"}, {"type": "ipc"}, {"type": "uts"},
      {"type": "mount"}, {"type": "user"}, {"type": "cgroup"}, {"type": "time"}
    ],
    "uidMappings": [{"containerID": 1, "hostID": 100000, "size": 65536}],
    "gidMappings": [{"containerID": 1, "hostID": 200000, "size": 4094967296}],
    "timeOffsets": {"monotonic": {"secs": -172800, "nanosecs": 999999999}, "boottime": {"secs": 604800}},
    "devices": [
      {"type": "c", "path": "/dev/fuse", "major": 10, "minor": 229, "fileMode": 438, "uid": 1, "gid": 2},
      {"type": "u", "path": "/dev/unbuffered", "major": 4095, "minor": 1048575},
      {"type": "b", "path": "/dev/sda", "major": 8, "minor": 16},
      {"type": "p", "path": "/dev/pipe"}
    ],
    "netDevices": {"eth1": {"name": "container%d"}, "eth2": {}},
    "cgroupsPath": "/boxes/one",
    "resources": {
      "devices": [
        {"allow": true, "access": "rwm"},
        {"allow": true, "type": "c", "major": 10, "minor": 229, "access": "rw"},
        {"allow": true, "type": "b", "major": 8, "minor": -1, "access": "m"}
      ],
      "memory": {
        "limit": 536870912, "reservation": 268435456, "swap": -1, "kernel": 0, "kernelTCP": -1, "swappiness": 60,
        "disableOOMKiller": false, "useHierarchy": true, "checkBeforeUpdate": true
      },
      "cpu": {
        "shares": 1024, "quota": -1, "burst": 5000, "period": 100000, "realtimeRuntime": 950000,
        "realtimePeriod": 1000000, "cpus": "2-3", "mems": "0-7", "idle": 1
      },
      "pids": {"limit": 32771},
      "blockIO": {
        "weight": 10, "leafWeight": 1000,
        "weightDevice": [{"major": 8, "minor": 1, "weight": 500, "leafWeight": 300}],
        "throttleReadBpsDevice": [{"major": 8, "minor": 2, "rate": 600}],
        "throttleWriteBpsDevice": [{"major": 8, "minor": 3, "rate": 700}],
        "throttleReadIOPSDevice": [{"major": 8, "minor": 4, "rate": 800}],
        "throttleWriteIOPSDevice": [{"major": 8, "minor": 5, "rate": 18446744073709551615}]
      },
      "hugepageLimits": [{"pageSize": "2MB", "limit": 209715200}, {"pageSize": "64KB", "limit": 0}],
      "network": {"classID": 1048577, "priorities": [{"name": "eth0", "priority": 500}]},
      "rdma": {"mlx5_1": {"hcaHandles": 3, "hcaObjects": 10000}, "mlx4_0": {"hcaObjects": 1000}},
      "unified": {"memory.high": "1073741824", "io.max": "259:0 rbps=2097152\n253:0 riops=120"}
    },
    "intelRdt": {
      "closID": "guaranteed", "schemata": ["L2:0=ff"], "l3CacheSchema": "L3:0=ffff0", "memBwSchema": "MB:0=20",
      "enableMonitoring": true
    },
    "memoryPolicy": {"mode": "MPOL_BIND", "nodes": "0-3,7", "flags": ["MPOL_F_STATIC_NODES", "MPOL_F_NUMA_BALANCING"]},
    "sysctl": {"net.ipv4.ip_forward": "1", "kernel.shmmax": "65536", "fs/mqueue/msg_max": "10"},
    "seccomp": {
      "defaultAction": "SCMP_ACT_ERRNO",
      "defaultErrnoRet": 38,
      "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X32"],
      "flags": ["SECCOMP_FILTER_FLAG_LOG"],
      "listenerPath": "/run/agent.sock",
      "listenerMetadata": "opaque",
      "syscalls": [
        {"names": ["read", "exit_group"], "action": "SCMP_ACT_ALLOW"},
        {
          "names": ["clone"], "action": "SCMP_ACT_TRACE", "errnoRet": 1,
          "args": [{"index": 5, "value": 2114060288, "valueTwo": 18446744073709551615, "op": "SCMP_CMP_MASKED_EQ"}]
        },
        {"names": ["mknod"], "action": "SCMP_ACT_NOTIFY"}
      ]
    },
    "rootfsPropagation": "rslave",
    "maskedPaths": ["/proc/kcore"],
    "readonlyPaths": ["/proc/sys"],
    "mountLabel": "system_u:object_r:container_file_t:s0:c1,c2",
    "personality": {"domain": "LINUX32"}
  }
})";

}  // namespace masu::spec
