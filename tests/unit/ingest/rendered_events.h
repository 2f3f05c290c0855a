// The events that are stored, as Windows renders them, and the fields that stand in the text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace rw::ingest {

inline constexpr const char* kSysmon = "Microsoft-Windows-Sysmon";
inline constexpr const char* kSecurity = "Microsoft-Windows-Security-Auditing";

struct RenderedEvent {
  std::uint32_t id;
  std::string message;  // lines end in CR LF
  std::string fields;   // "name=value" lines

  bool sysmon() const { return id < 100; }
  std::string provider() const { return sysmon() ? kSysmon : kSecurity; }
  std::string channel() const { return sysmon() ? "Microsoft-Windows-Sysmon/Operational" : "Security"; }
};

inline std::string replaced(std::string text, std::string_view what, std::string_view by) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size())) {
    text.replace(at, what.size(), by);
  }
  return text;
}

// As Snare and most others send it: CR and LF became a blank each, and so did TABs.
inline std::string flat(const std::string& message) { return replaced(replaced(message, "\r\n", "  "), "\t", " "); }

inline RenderedEvent rendered(std::uint32_t id, std::string_view message, std::string_view fields) {
  return {id, replaced(std::string(message), "\n", "\r\n"), std::string(fields)};
}

inline const RenderedEvent kProcessCreate = rendered(1,
                                                     R"(Process Create:
RuleName: technique_id=T1112,technique_name=Modify Registry
UtcTime: 2026-10-11 20:14:15.120
ProcessGuid: {2f1c0a11-77aa-6523-4a01-000000001100}
ProcessId: 4321
Image: C:\Windows\System32\reg.exe
FileVersion: 10.0.19041.1 (WinBuild.160101.0800)
Description: Registry Console Tool
Product: Microsoft® Windows® Operating System
Company: Microsoft Corporation
OriginalFileName: reg.exe
CommandLine: reg add HKLM\SOFTWARE\Shop /v A /d "a & b" /f
CurrentDirectory: C:\Tools\
User: TILL-1\admin
LogonGuid: {2f1c0a11-0000-6523-a1e7-030000000000}
LogonId: 0x3E7A1
TerminalSessionId: 1
IntegrityLevel: High
Hashes: SHA1=A1,MD5=B2,SHA256=C3,IMPHASH=D4
ParentProcessGuid: {2f1c0a11-77aa-6523-4a00-000000001100}
ParentProcessId: 1234
ParentImage: C:\Windows\System32\cmd.exe
ParentCommandLine: "C:\Windows\System32\cmd.exe" /c x
ParentUser: TILL-1\owner)",
                                                     R"(RuleName=technique_id=T1112,technique_name=Modify Registry
UtcTime=2026-10-11 20:14:15.120
ProcessGuid={2f1c0a11-77aa-6523-4a01-000000001100}
ProcessId=4321
Image=C:\Windows\System32\reg.exe
FileVersion=10.0.19041.1 (WinBuild.160101.0800)
Description=Registry Console Tool
Product=Microsoft® Windows® Operating System
Company=Microsoft Corporation
OriginalFileName=reg.exe
CommandLine=reg add HKLM\SOFTWARE\Shop /v A /d "a & b" /f
CurrentDirectory=C:\Tools\
User=TILL-1\admin
LogonGuid={2f1c0a11-0000-6523-a1e7-030000000000}
LogonId=0x3E7A1
TerminalSessionId=1
IntegrityLevel=High
Hashes=SHA1=A1,MD5=B2,SHA256=C3,IMPHASH=D4
ParentProcessGuid={2f1c0a11-77aa-6523-4a00-000000001100}
ParentProcessId=1234
ParentImage=C:\Windows\System32\cmd.exe
ParentCommandLine="C:\Windows\System32\cmd.exe" /c x
ParentUser=TILL-1\owner
)");

// Of Sysmon 4: no RuleName, and much else is missing.
inline const RenderedEvent kOldProcessCreate = rendered(1,
                                                        R"(Process Create:
UtcTime: 2026-10-11 20:14:15.120
ProcessGuid: {2f1c0a11-77aa-6523-4a01-000000001100}
ProcessId: 4321
Image: C:\Windows\System32\reg.exe
CommandLine: reg query HKLM
CurrentDirectory: C:\
User: NT AUTHORITY\SYSTEM
LogonGuid: {2f1c0a11-0000-6523-e703-000000000000}
LogonId: 0x3E7
TerminalSessionId: 0
IntegrityLevel: System
Hashes: SHA1=A1
ParentProcessGuid: {2f1c0a11-77aa-6523-4a00-000000001100}
ParentProcessId: 1234
ParentImage: C:\Windows\System32\cmd.exe
ParentCommandLine: cmd)",
                                                        R"(UtcTime=2026-10-11 20:14:15.120
ProcessGuid={2f1c0a11-77aa-6523-4a01-000000001100}
ProcessId=4321
Image=C:\Windows\System32\reg.exe
CommandLine=reg query HKLM
CurrentDirectory=C:\
User=NT AUTHORITY\SYSTEM
LogonGuid={2f1c0a11-0000-6523-e703-000000000000}
LogonId=0x3E7
TerminalSessionId=0
IntegrityLevel=System
Hashes=SHA1=A1
ParentProcessGuid={2f1c0a11-77aa-6523-4a00-000000001100}
ParentProcessId=1234
ParentImage=C:\Windows\System32\cmd.exe
ParentCommandLine=cmd
)");

inline const RenderedEvent kKeyCreated = rendered(12,
                                                  R"(Registry object added or deleted:
RuleName: -
EventType: CreateKey
UtcTime: 2026-10-11 20:14:15.120
ProcessGuid: {2f1c0a11-77aa-6523-4a01-000000001100}
ProcessId: 4321
Image: C:\Windows\regedit.exe
TargetObject: HKLM\SOFTWARE\Shop\New Key
User: TILL-1\admin)",
                                                  R"(RuleName=-
EventType=CreateKey
UtcTime=2026-10-11 20:14:15.120
ProcessGuid={2f1c0a11-77aa-6523-4a01-000000001100}
ProcessId=4321
Image=C:\Windows\regedit.exe
TargetObject=HKLM\SOFTWARE\Shop\New Key
User=TILL-1\admin
)");

inline const RenderedEvent kValueSet = rendered(13,
                                                R"(Registry value set:
RuleName: -
EventType: SetValue
UtcTime: 2026-10-11 20:14:15.120
ProcessGuid: {2f1c0a11-77aa-6523-4a01-000000001100}
ProcessId: 4321
Image: C:\Windows\regedit.exe
TargetObject: HKLM\SOFTWARE\Shop\A
Details: DWORD (0x00000004)
User: TILL-1\admin)",
                                                R"(RuleName=-
EventType=SetValue
UtcTime=2026-10-11 20:14:15.120
ProcessGuid={2f1c0a11-77aa-6523-4a01-000000001100}
ProcessId=4321
Image=C:\Windows\regedit.exe
TargetObject=HKLM\SOFTWARE\Shop\A
Details=DWORD (0x00000004)
User=TILL-1\admin
)");

inline const RenderedEvent kKeyRenamed = rendered(14,
                                                  R"(Registry object renamed:
RuleName: -
EventType: RenameKey
UtcTime: 2026-10-11 20:14:15.120
ProcessGuid: {2f1c0a11-77aa-6523-4a01-000000001100}
ProcessId: 4321
Image: C:\Windows\regedit.exe
TargetObject: HKLM\SOFTWARE\Shop\Old
NewName: HKLM\SOFTWARE\Shop\New
User: TILL-1\admin)",
                                                  R"(RuleName=-
EventType=RenameKey
UtcTime=2026-10-11 20:14:15.120
ProcessGuid={2f1c0a11-77aa-6523-4a01-000000001100}
ProcessId=4321
Image=C:\Windows\regedit.exe
TargetObject=HKLM\SOFTWARE\Shop\Old
NewName=HKLM\SOFTWARE\Shop\New
User=TILL-1\admin
)");

inline const RenderedEvent kValueModified = rendered(4657,
                                                     R"(A registry value was modified.

Subject:
	Security ID:		S-1-5-21-1-2-3-1001
	Account Name:		admin
	Account Domain:		TILL-1
	Logon ID:		0x3E7A1

Object:
	Object Name:		\REGISTRY\MACHINE\SYSTEM\ControlSet001\Services\EventLog
	Object Value Name:	Start
	Handle ID:		0x54
	Operation Type:		Existing registry value modified

Process Information:
	Process ID:		0x10e1
	Process Name:		C:\Windows\regedit.exe

Change Information:
	Old Value Type:		REG_DWORD
	Old Value:		2
	New Value Type:		REG_DWORD
	New Value:		4)",
                                                     R"(SubjectUserSid=S-1-5-21-1-2-3-1001
SubjectUserName=admin
SubjectDomainName=TILL-1
SubjectLogonId=0x3E7A1
ObjectName=\REGISTRY\MACHINE\SYSTEM\ControlSet001\Services\EventLog
ObjectValueName=Start
HandleId=0x54
OperationType=Existing registry value modified
ProcessId=0x10e1
ProcessName=C:\Windows\regedit.exe
OldValueType=REG_DWORD
OldValue=2
NewValueType=REG_DWORD
NewValue=4
)");

inline const RenderedEvent kObjectDeleted = rendered(4660,
                                                     R"(An object was deleted.

Subject:
	Security ID:		TILL-1\admin
	Account Name:		admin
	Account Domain:		TILL-1
	Logon ID:		0x3E7A1

Object:
	Object Server:	Security
	Handle ID:	0x54

Process Information:
	Process ID:	0x10e1
	Process Name:	C:\Windows\regedit.exe
	Transaction ID:	{00000000-0000-0000-0000-000000000000})",
                                                     R"(SubjectUserSid=TILL-1\admin
SubjectUserName=admin
SubjectDomainName=TILL-1
SubjectLogonId=0x3E7A1
ObjectServer=Security
HandleId=0x54
ProcessId=0x10e1
ProcessName=C:\Windows\regedit.exe
TransactionId={00000000-0000-0000-0000-000000000000}
)");

inline const RenderedEvent kObjectAccess = rendered(4663,
                                                    R"(An attempt was made to access an object.

Subject:
	Security ID:		S-1-5-21-1-2-3-1001
	Account Name:		admin
	Account Domain:		TILL-1
	Logon ID:		0x3E7A1

Object:
	Object Server:		Security
	Object Type:		Key
	Object Name:		\REGISTRY\MACHINE\SYSTEM\ControlSet001\Services\EventLog
	Handle ID:		0x54
	Resource Attributes:	-

Process Information:
	Process ID:		0x10e1
	Process Name:		C:\Windows\regedit.exe

Access Request Information:
	Accesses:		Set key value
				
	Access Mask:		0x2)",
                                                    R"(SubjectUserSid=S-1-5-21-1-2-3-1001
SubjectUserName=admin
SubjectDomainName=TILL-1
SubjectLogonId=0x3E7A1
ObjectServer=Security
ObjectType=Key
ObjectName=\REGISTRY\MACHINE\SYSTEM\ControlSet001\Services\EventLog
HandleId=0x54
ResourceAttributes=-
ProcessId=0x10e1
ProcessName=C:\Windows\regedit.exe
AccessList=Set key value
AccessMask=0x2
)");

inline const RenderedEvent kNewProcess = rendered(4688,
                                                  R"(A new process has been created.

Creator Subject:
	Security ID:		S-1-5-18
	Account Name:		TILL-1$
	Account Domain:		SHOP
	Logon ID:		0x3E7

Target Subject:
	Security ID:		NULL SID
	Account Name:		-
	Account Domain:		-
	Logon ID:		0x0

Process Information:
	New Process ID:		0x1a2c
	New Process Name:	C:\Windows\System32\reg.exe
	Token Elevation Type:	TokenElevationTypeDefault (1)
	Mandatory Label:		Mandatory Label\System Mandatory Level
	Creator Process ID:	0x4d2
	Creator Process Name:	C:\Windows\System32\cmd.exe
	Process Command Line:	reg add HKLM\SOFTWARE\Shop /v A /d 1

Token Elevation Type indicates the type of token that was assigned to the new process.

Type 1 is a full token with no privileges removed or groups disabled.)",
                                                  R"(SubjectUserSid=S-1-5-18
SubjectUserName=TILL-1$
SubjectDomainName=SHOP
SubjectLogonId=0x3E7
TargetUserSid=NULL SID
TargetUserName=-
TargetDomainName=-
TargetLogonId=0x0
NewProcessId=0x1a2c
NewProcessName=C:\Windows\System32\reg.exe
TokenElevationType=TokenElevationTypeDefault (1)
MandatoryLabel=Mandatory Label\System Mandatory Level
ProcessId=0x4d2
ParentProcessName=C:\Windows\System32\cmd.exe
CommandLine=reg add HKLM\SOFTWARE\Shop /v A /d 1
)");

// Of Windows 8.1: one subject, no label and no name of the parent.
inline const RenderedEvent kOldNewProcess = rendered(4688,
                                                     R"(A new process has been created.

Subject:
	Security ID:		S-1-5-18
	Account Name:		TILL-1$
	Account Domain:		SHOP
	Logon ID:		0x3E7

Process Information:
	New Process ID:		0x1a2c
	New Process Name:	C:\Windows\System32\reg.exe
	Token Elevation Type:	%%1936
	Creator Process ID:	0x4d2
	Process Command Line:	reg query HKLM

Token Elevation Type indicates the type of token that was assigned to the new process.)",
                                                     R"(SubjectUserSid=S-1-5-18
SubjectUserName=TILL-1$
SubjectDomainName=SHOP
SubjectLogonId=0x3E7
NewProcessId=0x1a2c
NewProcessName=C:\Windows\System32\reg.exe
TokenElevationType=%%1936
ProcessId=0x4d2
CommandLine=reg query HKLM
)");

inline const RenderedEvent* const kRenderedEvents[] = {
    &kProcessCreate, &kOldProcessCreate, &kKeyCreated,   &kValueSet,   &kKeyRenamed,
    &kValueModified, &kObjectDeleted,    &kObjectAccess, &kNewProcess, &kOldNewProcess,
};

}  // namespace rw::ingest
